// Key pairs, for hosts and users: what `ssh-keygen -t ed25519` makes.

import ssh2 from "ssh2";
import { fingerprint } from "./host-key.js";

export interface KeyPair {
  /** OpenSSH text: for `hostKeys` or `privateKey`. Keep it secret. */
  readonly privateKey: string;
  /** A line for `publicKeys` or authorized_keys. */
  readonly publicKey: string;
  /** For `hostKey`. */
  readonly fingerprint: string;
}

/** A new Ed25519 key pair. A host keeps its own: clients recognise it by it. */
export function generateKeys(): KeyPair {
  const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync("ed25519");
  return { privateKey, publicKey, fingerprint: fingerprint(publicKey) };
}
