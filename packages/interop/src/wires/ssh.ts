// mux-ssh against golang.org/x/crypto/ssh.

import { goOriginal, type Original, type Wire } from "../original.js";
import { channels } from "./ssh/channels.js";
import { end } from "./ssh/end.js";
import { life } from "./ssh/life.js";
import { logins } from "./ssh/login.js";

const MODULE = "golang.org/x/crypto";

const original: Original = {
  name: `${MODULE}/ssh`,
  ...goOriginal({ folder: "ssh", impl: "ssh", module: MODULE }),
  mux: (role) => end.mux(role),
  opens: "client",
  ourHeaders: { "dest-host": "target.example", "dest-port": "80" },
  config: () => end.config,
  // SSH has no reset: a channel that is closed looks like one that ended.
  seesReset: "end",
};

export const wire: Wire = {
  name: "ssh",
  originals: [original],
  cases: [...logins, ...channels, ...life],
  ours: (role) => end.mux(role),
  stock: (role) => end.mux(role, { peer: "stock" }),
};
