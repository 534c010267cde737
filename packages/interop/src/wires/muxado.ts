// mux-muxado against both lives of muxado 2.

import { type MuxadoOptions, muxado } from "mux-muxado";
import type { Mux } from "streams-core";
import { goOriginal, type Original, type Wire } from "../original.js";
import type { Role } from "../peer.js";
import { sessions } from "./muxado/sessions.js";
import { streams } from "./muxado/streams.js";
import { types } from "./muxado/typed.js";

/** The original does not say a word before its first stream: a tenth of a second is enough to take it for what it is. */
function mux(_role: Role, options: MuxadoOptions = {}): Mux {
  return muxado({ signTimeout: 100, ...options });
}

function original(impl: string, module: string): Original {
  const name = module.replace("github.com/", "");
  return {
    name,
    ...goOriginal({ folder: "muxado", impl, module }),
    mux,
    seesReset: { code: 5 },
    seesRefusal: { code: 5 },
  };
}

export const wire: Wire = {
  name: "muxado",
  originals: [
    original("inconshreveable", "github.com/inconshreveable/muxado"),
    original("ngrok", "golang.ngrok.com/muxado/v2"),
  ],
  cases: [...streams, ...sessions, ...types],
  ours: (role) => mux(role),
  stock: (role) => mux(role, { peer: "stock" }),
};
