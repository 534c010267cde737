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
  for (;;) {
    const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync("ed25519");
    // ssh2 1.17 drops a leading zero byte of a key, and then cannot read what it wrote: one pair in 200.
    if (isReadable(privateKey) && isReadable(publicKey)) {
      return { privateKey, publicKey, fingerprint: fingerprint(publicKey) };
    }
  }
}

const isReadable = (key: string): boolean => !(ssh2.utils.parseKey(key) instanceof Error);
