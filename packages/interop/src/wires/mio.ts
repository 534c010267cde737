// mux-mio against mivinci/mio.

import { type MioOptions, mio } from "mux-mio";
import type { Mux } from "streams-core";
import { goOriginal, type Original, type Wire } from "../original.js";
import { deadEnds } from "./mio/dead-ends.js";
import { ends } from "./mio/ends.js";
import { opens } from "./mio/opens.js";
import { transfers } from "./mio/transfers.js";

const mux = (options: MioOptions = {}): Mux => mio({ signTimeout: 100, ...options });

const original: Original = {
  name: "mivinci/mio",
  ...goOriginal({ folder: "mio", impl: "mio", module: "github.com/mivinci/mio" }),
  mux: () => mux(),
  // It refuses what has waited a millisecond with 32 before it.
  backlog: 30,
  seesReset: "end",
  seesRefusal: "end",
};

export const wire: Wire = {
  name: "mio",
  originals: [original],
  cases: [...transfers, ...opens, ...ends, ...deadEnds],
  ours: () => mux(),
  stock: () => mux({ peer: "stock" }),
};
