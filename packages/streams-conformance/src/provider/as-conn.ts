// A Stream is a Conn: the whole suite of a Conn is run on the streams of the session, with each end in each place.

import type { Features } from "streams-core";
import { fromBothEnds } from "../conn/cases.js";
import type { ConnFeatures } from "../conn/setup.js";
import type { ProviderCase } from "./scene.js";

/** What needs a cut is shown of the session: a stream cannot be cut alone. */
export const asConn: readonly ProviderCase[] = fromBothEnds("opener", "accepter")
  .filter((one) => one.theme !== "loss")
  .map((one) => ({
    theme: `a stream is a Conn: ${one.theme}`,
    name: `on a stream, ${one.name}`,
    ...(one.patience === undefined ? {} : { patience: one.patience }),
    needs: (features) => one.needs?.(connFeatures(features)),
    async run(t) {
      await one.run({
        ...t,
        features: connFeatures(t.features),
        losses: ["ERR_RESET"],
        async pair() {
          const { opener, accepter, cut } = await t.session();
          const [near, far] = await t.connect(opener, accepter.listen());
          return { near, far, cut };
        },
      });
    },
  }));

function connFeatures({ halfClose, resetCode }: Features): ConnFeatures {
  return { halfClose, resetCode, resetSeen: true, backpressure: true, cut: false };
}
