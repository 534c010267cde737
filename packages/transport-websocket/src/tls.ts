// The TLS options as Node takes them, checked where they are given.

import type { SecureContext } from "node:tls";
import { secureContextOf } from "streams-core/node";
import type { Pem, SecureWebSocketOptions } from "./options.js";

/** What a dial and a server need of the options. */
export interface Tls {
  /** For a dial. */
  readonly secureContext: SecureContext;
  readonly servername?: string;
  /** For a server, which makes its own context of them. */
  readonly ca?: NodePem;
  readonly cert?: NodePem;
  readonly key?: NodePem;
  readonly passphrase?: string;
}

type NodePem = string | Buffer | (string | Buffer)[];

/** @throws ERR_OPTION_INVALID */
export function tlsOf({ ca, cert, key, passphrase, servername }: SecureWebSocketOptions): Tls {
  const material = {
    ...(ca !== undefined && { ca: nodePem(ca) }),
    ...(cert !== undefined && { cert: nodePem(cert) }),
    ...(key !== undefined && { key: nodePem(key) }),
    ...(passphrase !== undefined && { passphrase }),
  };
  const name = servername === undefined ? {} : { servername };
  return { ...material, ...name, secureContext: secureContextOf({ ...material, ...name }) };
}

function nodePem(pem: Pem): NodePem {
  if (pem instanceof Uint8Array) return Buffer.from(pem);
  return typeof pem === "object" ? pem.map((part) => (part instanceof Uint8Array ? Buffer.from(part) : part)) : pem;
}
