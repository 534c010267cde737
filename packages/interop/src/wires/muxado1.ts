// mux-muxado/v1 against muxado 1.

import { type Muxado1Options, muxado1 } from "mux-muxado/v1";
import type { Mux } from "streams-core";
import { goOriginal, type Wire } from "../original.js";
import type { Role } from "../peer.js";
import { sessions } from "./muxado1/sessions.js";
import { streams } from "./muxado1/streams.js";

function mux(_role: Role, options: Muxado1Options = {}): Mux {
  return muxado1(options);
}

export const wire: Wire = {
  name: "muxado1",
  originals: [
    {
      name: "NebulousLabs/muxado",
      ...goOriginal({ folder: "muxado1", impl: "nebulous", module: "github.com/NebulousLabs/muxado" }),
      mux,
      seesReset: { code: 5 },
      seesRefusal: { code: 6 },
    },
  ],
  cases: [...streams, ...sessions],
  ours: (role) => mux(role),
  stock: (role) => mux(role, { peer: "stock" }),
};
