// Logins as options describe them. Apart from what checks them, so that the package's types need none of ssh2's.

/** What one user may log in with; any one of it suffices. */
export interface User {
  readonly password?: string;
  /** Lines as in authorized_keys: `ssh-ed25519 AAAA… comment`. */
  readonly publicKeys?: readonly string[];
}

/** One attempt to log in. That the client holds the private key is checked besides. */
export type LoginAttempt =
  | { readonly method: "password"; readonly username: string; readonly password: string }
  | {
      readonly method: "publickey";
      readonly username: string;
      readonly key: { readonly type: string; readonly fingerprint: string; readonly data: Uint8Array };
    };

export type Authenticate = (attempt: LoginAttempt) => boolean | Promise<boolean>;
