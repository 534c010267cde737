// A mux over a stream of another one.

import type { ProviderPair } from "streams-conformance";
import type { Mux } from "streams-core";
import { pairOver } from "./pairs.js";
import type { Fixture } from "./transports.js";

/** Sessions of `upper` over one stream of a session of `lower`; breaking the pair breaks what `lower` runs over. */
export async function pairOverStream(upper: Mux, lower: Mux, fixture: Fixture): Promise<ProviderPair> {
  const below = await pairOver(lower, fixture);
  const listener = below.server.listen();
  const near = await below.client.newStream();
  const far = await listener.accept();
  if (far === null) throw new Error("The lower session was closed.");
  const client = upper(near, "client");
  const server = upper(far, "server");
  await Promise.all([client.ready, server.ready]);
  return {
    client,
    server,
    cut: () => below.cut(),
    dispose: async () => {
      await Promise.allSettled([client.close(), server.close()]);
      await below.dispose();
    },
  };
}
