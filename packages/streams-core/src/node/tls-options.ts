// The options of TLS that all transports over it take, checked before Node sees them: it crashes on some wrong ones, ignores a `ca` that
// is none, and takes an empty server name for "localhost".

import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { StreamsError } from "../errors.js";

export interface TlsMaterial extends Pick<SecureContextOptions, "ca" | "cert" | "key" | "passphrase"> {
  /** The name that the peer's certificate must be for. */
  readonly servername?: string;
}

/** What trust and keys the options give. @throws ERR_OPTION_INVALID */
export function secureContextOf({ servername, ca, ...rest }: TlsMaterial): SecureContext {
  if (servername !== undefined && (typeof servername !== "string" || servername === "")) {
    throw invalid("Option servername must be a host name or an address; leave it out for the URL's host.");
  }
  const authorities = ca === undefined ? [] : [ca].flat();
  if (!authorities.every((one) => CERTIFICATE.test(String(one)))) {
    throw invalid(
      "Option ca must be the certificate of an authority in PEM, or a list of them; read it from its file.",
    );
  }
  try {
    return createSecureContext(ca === undefined ? rest : { ...rest, ca });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw invalid(
      `Options ca, cert, key and passphrase do not work (${why}); give PEM, and the cert that belongs to key.`,
      cause,
    );
  }
}

const CERTIFICATE = /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/;

function invalid(message: string, cause?: unknown): StreamsError {
  return new StreamsError("ERR_OPTION_INVALID", message, { cause });
}
