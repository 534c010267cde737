// mux-http2 against golang.org/x/net/http2.

import { http2 } from "mux-http2";
import { goOriginal, type Original, type Wire } from "../original.js";
import { ends } from "./http2/ends.js";
import { headers } from "./http2/headers.js";
import { volume } from "./http2/volume.js";

const MODULE = "golang.org/x/net";

const original: Original = {
  name: `${MODULE}/http2`,
  ...goOriginal({ folder: "http2", impl: "http2", module: MODULE }),
  mux: () => http2(),
  opens: "client",
  seesReset: { code: 5 },
  resets: { seen: "error" },
};

export const wire: Wire = {
  name: "http2",
  originals: [original],
  cases: [...headers, ...ends, ...volume],
  ours: () => http2(),
  stock: () => http2({ peer: "stock" }),
};
