// Our end of the SSH cases, and what the original is told to fit it.

import { generateKeys, type SshOptions, ssh } from "mux-ssh";
import type { Mux } from "streams-core";
import type { Role } from "../../peer.js";

const host = generateKeys();
const password = "correct horse";

interface End {
  readonly config: { readonly user: string; readonly password: string; readonly hostKey: string };
  mux(role: Role, options?: SshOptions): Mux;
}

export const end: End = {
  config: { user: "alice", password, hostKey: host.privateKey },
  mux: (role, options) =>
    role === "client"
      ? ssh({ username: "alice", password, hostKey: host.fingerprint, ...options })
      : ssh({ hostKeys: [host.privateKey], users: { alice: { password } }, ...options }),
};
