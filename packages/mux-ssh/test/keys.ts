// Keys made anew for each run.

import { generateKeys, type SshOptions } from "../src/index.js";

export const HOST = generateKeys();
export const USER = generateKeys();

/** Both roles in one, for a pair of our own ends. */
export const BOTH: SshOptions = {
  username: "alice",
  privateKey: USER.privateKey,
  hostKey: HOST.fingerprint,
  hostKeys: [HOST.privateKey],
  users: { alice: { publicKeys: [USER.publicKey], password: "correct horse" } },
};
