// The package's public face.

export { fingerprint, type HostKey, type HostKeyCheck } from "./host-key.js";
export { generateKeys, type KeyPair } from "./keys.js";
export type { Authenticate, LoginAttempt, User } from "./logins.js";
export type { Forward, SshOptions } from "./options.js";
export { ssh } from "./ssh.js";
