// Whether the key that a server showed is the right one. There is no default: see SshOptions.hostKey.

import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import ssh2 from "ssh2";
import { StreamsError } from "streams-core";
import { knownKeys } from "./known-hosts.js";
import { optionError } from "./options.js";

/** The key a server showed. */
export interface HostKey {
  /** Such as `ssh-ed25519`. */
  readonly type: string;
  /** `SHA256:` and base64 without padding, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** The key as SSH encodes it (RFC 4253, section 6.6). */
  readonly data: Uint8Array;
}

/** A fingerprint or several, a known_hosts text or file with the name to look up in it, or a function that decides. */
export type HostKeyCheck =
  | string
  | readonly string[]
  | { readonly knownHosts: string; readonly host: string; readonly port?: number }
  | { readonly knownHostsFile: string; readonly host: string; readonly port?: number }
  | ((key: HostKey) => boolean | Promise<boolean>);

export interface HostVerifier {
  /** Resolves if the key is trusted. @throws ERR_UNTRUSTED */
  verify(data: Uint8Array): Promise<void>;
  /** Host key algorithms to ask for first, so that a server with many keys shows one that is known. */
  readonly algorithms: readonly string[];
}

/** The fingerprint of a public or private key, PEM or OpenSSH text: what a client puts into `hostKey`. @throws ERR_OPTION_INVALID */
export function fingerprint(key: string | Uint8Array): string {
  const parsed = ssh2.utils.parseKey(typeof key === "string" ? key : Buffer.from(key));
  if (parsed instanceof Error) throw optionError("fingerprint() needs a key in PEM or OpenSSH text.", parsed);
  // OpenSSH's private format holds several keys, of which the first is the key.
  const [first] = [parsed].flat();
  if (first === undefined) throw optionError("fingerprint() needs a key in PEM or OpenSSH text.");
  return sha256(first.getPublicSSH());
}

/** @throws ERR_OPTION_INVALID, ERR_UNTRUSTED when nothing was given to check by */
export function hostVerifier(check: HostKeyCheck | undefined): HostVerifier {
  if (check === undefined) {
    throw new StreamsError(
      "ERR_UNTRUSTED",
      "Nothing says which host key to trust. Set hostKey to the server's fingerprint (ssh-keygen -lf its_key.pub prints it), to { knownHostsFile, host }, or to a function.",
    );
  }
  if (typeof check === "function") return { verify: (data) => byFunction(check, describe(data)), algorithms: [] };
  if (typeof check === "string" || isList(check)) return byFingerprints(typeof check === "string" ? [check] : check);
  const text = "knownHosts" in check ? check.knownHosts : readKnownHosts(check.knownHostsFile);
  return byKnownHosts(text, check.host, check.port ?? 22);
}

function isList(check: HostKeyCheck): check is readonly string[] {
  return Array.isArray(check);
}

async function byFunction(check: (key: HostKey) => boolean | Promise<boolean>, key: HostKey): Promise<void> {
  let trusted = false;
  try {
    trusted = await check(key);
  } catch (cause) {
    throw untrusted(key, "the hostKey function threw", cause);
  }
  // A function in plain JavaScript may give anything: only `true` is trust.
  if (trusted !== true) throw untrusted(key, "the hostKey function does not trust it");
}

function byFingerprints(list: readonly string[]): HostVerifier {
  if (list.length === 0) throw optionError("Option hostKey is an empty list; give at least one fingerprint.");
  const known = list.map(parseFingerprint);
  return {
    async verify(data) {
      const key = describe(data);
      const hash = createHash("sha256").update(data).digest();
      if (!known.some((other) => timingSafeEqual(other, hash))) {
        throw untrusted(key, `expected ${list.join(" or ")}`);
      }
    },
    algorithms: [],
  };
}

function byKnownHosts(text: string, host: string, port: number): HostVerifier {
  const { trusted, revoked } = knownKeys(text, host, port);
  if (trusted.length === 0) {
    throw new StreamsError(
      "ERR_UNTRUSTED",
      `The known_hosts text has no key of ${host} port ${port}; add one with ssh-keyscan after checking its fingerprint.`,
    );
  }
  const types = new Set(trusted.map((data) => describe(data).type));
  return {
    async verify(data) {
      const key = describe(data);
      if (revoked.some((other) => other.equals(data))) throw untrusted(key, "known_hosts marks it as revoked");
      if (!trusted.some((other) => other.equals(data))) throw untrusted(key, `known_hosts has another for ${host}`);
    },
    algorithms: [...types].flatMap((type) => (type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type])),
  };
}

function parseFingerprint(text: string): Buffer {
  const match = /^(?:SHA256:)?([A-Za-z0-9+/]{43})=?$/.exec(text);
  const hash = Buffer.from(match?.[1] ?? "", "base64");
  if (hash.byteLength !== 32) {
    throw optionError("A hostKey fingerprint is SHA256: and 43 base64 characters, as ssh-keygen -l prints it.");
  }
  return hash;
}

function readKnownHosts(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw optionError(`Option hostKey.knownHostsFile cannot be read: ${path}.`, cause);
  }
}

function describe(data: Uint8Array): HostKey {
  const length = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0);
  return { type: Buffer.from(data.subarray(4, 4 + length)).toString("latin1"), fingerprint: sha256(data), data };
}

export function sha256(data: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(data).digest("base64").replace("=", "")}`;
}

function untrusted(key: HostKey, why: string, cause?: unknown): StreamsError {
  return new StreamsError(
    "ERR_UNTRUSTED",
    `The server's ${key.type} host key ${key.fingerprint} is not trusted: ${why}. If the server's key really changed, update hostKey.`,
    { remote: true, cause },
  );
}
