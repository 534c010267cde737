// The TLS options as Node takes them, checked where they are given.

import { createSecureContext, type SecureContext } from "node:tls";
import { StreamsError } from "streams-core";
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
  if (servername !== undefined && (typeof servername !== "string" || servername === "")) {
    const message = "Option servername must be a host name or an address; leave it out for the URL's host.";
    throw new StreamsError("ERR_OPTION_INVALID", message);
  }
  const material = {
    ...(ca !== undefined && { ca: nodePem(ca) }),
    ...(cert !== undefined && { cert: nodePem(cert) }),
    ...(key !== undefined && { key: nodePem(key) }),
    ...(passphrase !== undefined && { passphrase }),
  };
  try {
    return {
      ...material,
      secureContext: createSecureContext(material),
      ...(servername !== undefined && { servername }),
    };
  } catch (cause) {
    const message = "Options ca, cert and key must be PEM, and cert and key belong together; see cause.";
    throw new StreamsError("ERR_OPTION_INVALID", message, { cause });
  }
}

function nodePem(pem: Pem): NodePem {
  if (typeof pem === "string") return pem;
  if (pem instanceof Uint8Array) return Buffer.from(pem);
  return pem.map((part) => (typeof part === "string" ? part : Buffer.from(part)));
}
