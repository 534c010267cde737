// Who may log in to a server. Passwords and keys are compared as digests, in constant time.

import { createHash, timingSafeEqual } from "node:crypto";
import ssh2, { type AuthContext, type ParsedKey } from "ssh2";
import { sha256 } from "./host-key.js";
import type { Authenticate, LoginAttempt, User } from "./logins.js";
import { optionError, type SshOptions } from "./options.js";

/** How logins are decided, and which methods clients are told to try. */
export interface Authentication {
  readonly authenticate: Authenticate;
  readonly methods: LoginAttempt["method"][];
}

/** As OpenSSH's MaxAuthTries. */
const MAX_ATTEMPTS = 6;

/** Answers the login attempts of one connection; `tooMany` is called after the last one that is allowed. */
export class Login {
  readonly #authenticate: Authenticate;
  readonly #methods: LoginAttempt["method"][];
  readonly #tooMany: () => void;
  #attempts = 0;
  /** Whether the client asked to log in and was not let in. */
  refused = false;

  constructor({ authenticate, methods }: Authentication, tooMany: () => void) {
    this.#authenticate = authenticate;
    this.#methods = methods;
    this.#tooMany = tooMany;
  }

  async answer(context: AuthContext): Promise<void> {
    if (this.#attempts >= MAX_ATTEMPTS) return;
    if (await this.#allows(context)) {
      context.accept();
      return;
    }
    this.refused = true;
    // "none" asks which methods there are (RFC 4252, section 5.2).
    if (context.method !== "none") this.#attempts += 1;
    if (this.#attempts >= MAX_ATTEMPTS) this.#tooMany();
    else context.reject(this.#methods);
  }

  async #allows(context: AuthContext): Promise<boolean> {
    try {
      if (context.method === "password") {
        const { username, password } = context;
        return (await this.#authenticate({ method: "password", username, password })) === true;
      }
      if (context.method !== "publickey") return false;
      const { username, key } = context;
      const parsed = parsePublicKey(key.data);
      if (parsed === undefined) return false;
      const known = { type: parsed.type, fingerprint: sha256(key.data), data: key.data };
      if ((await this.#authenticate({ method: "publickey", username, key: known })) !== true) return false;
      // Without a signature the client asks whether it is worth signing.
      if (context.signature === undefined) return true;
      if (context.blob === undefined) return false;
      return parsed.verify(context.blob, context.signature, context.hashAlgo) === true;
    } catch {
      return false;
    }
  }
}

/** @throws ERR_OPTION_INVALID when nothing says whom to let in */
export function authentication(options: SshOptions): Authentication {
  if (options.authenticate !== undefined) {
    return { authenticate: options.authenticate, methods: ["publickey", "password"] };
  }
  const users = Object.entries(options.users ?? {});
  if (users.length === 0) {
    throw optionError(
      'An SSH server needs users, such as { alice: { password } } or { alice: { publicKeys: ["ssh-ed25519 AAAA…"] } }, or an authenticate function; otherwise nobody could log in.',
    );
  }
  const known = new Map(users.map(([name, user]) => [name, secretsOf(name, user)]));
  const secrets = [...known.values()];
  const methods: LoginAttempt["method"][] = [];
  if (secrets.some(({ keys }) => keys.length > 0)) methods.push("publickey");
  if (secrets.some(({ password }) => password !== undefined)) methods.push("password");
  return { authenticate: (attempt) => matches(known.get(attempt.username), attempt), methods };
}

interface Secrets {
  readonly password: Buffer | undefined;
  readonly keys: readonly Buffer[];
}

function matches(secrets: Secrets | undefined, attempt: LoginAttempt): boolean {
  if (attempt.method === "password") {
    const same = timingSafeEqual(secrets?.password ?? NOBODY, digest(attempt.password));
    return same && secrets?.password !== undefined;
  }
  const hash = digest(attempt.key.data);
  return (secrets?.keys ?? []).filter((key) => timingSafeEqual(key, hash)).length > 0;
}

const NOBODY = Buffer.alloc(32);

function secretsOf(name: string, user: User): Secrets {
  if (user.password === undefined && (user.publicKeys ?? []).length === 0) {
    throw optionError(`User ${name} has neither a password nor publicKeys and could never log in.`);
  }
  if (user.password === "") throw optionError(`User ${name} has an empty password; leave it out or set one.`);
  const keys = (user.publicKeys ?? []).map((line) => {
    const key = parsePublicKey(line);
    if (key === undefined) throw optionError(`A public key of user ${name} is not an authorized_keys line.`);
    return digest(key.getPublicSSH());
  });
  return { password: user.password === undefined ? undefined : digest(user.password), keys };
}

function parsePublicKey(data: string | Buffer): ParsedKey | undefined {
  const parsed = ssh2.utils.parseKey(data);
  if (parsed instanceof Error) return undefined;
  return [parsed].flat()[0];
}

function digest(secret: string | Uint8Array): Buffer {
  return createHash("sha256").update(secret).digest();
}
