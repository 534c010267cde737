// OpenSSH's known_hosts format: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. Certificate authorities are not supported and skipped.

import { createHmac, timingSafeEqual } from "node:crypto";

export interface KnownKeys {
  readonly trusted: Buffer[];
  readonly revoked: Buffer[];
}

/** The keys that the text lists for a host, each as SSH encodes it. */
export function knownKeys(text: string, host: string, port: number): KnownKeys {
  const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
  const keys: KnownKeys = { trusted: [], revoked: [] };
  for (const line of text.split(/\r?\n/)) {
    const fields = line.trim().split(/\s+/);
    const marker = fields[0]?.startsWith("@") ? fields.shift() : undefined;
    const [hosts, , key] = fields;
    if (hosts === undefined || key === undefined || hosts.startsWith("#") || !matches(hosts, name)) continue;
    if (marker === "@revoked") keys.revoked.push(Buffer.from(key, "base64"));
    else if (marker === undefined) keys.trusted.push(Buffer.from(key, "base64"));
  }
  return keys;
}

function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith("|1|")) return matchesHash(hosts, name);
  const patterns = hosts.toLowerCase().split(",");
  if (patterns.some((pattern) => pattern.startsWith("!") && wildcard(pattern.slice(1)).test(name))) return false;
  return patterns.some((pattern) => wildcard(pattern).test(name));
}

function matchesHash(hosts: string, name: string): boolean {
  const [, , salt, hash] = hosts.split("|");
  const expected = Buffer.from(hash ?? "", "base64");
  const actual = createHmac("sha1", Buffer.from(salt ?? "", "base64"))
    .update(name)
    .digest();
  return expected.byteLength === actual.byteLength && timingSafeEqual(expected, actual);
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`);
}
