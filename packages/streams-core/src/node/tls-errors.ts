// What a TLS error of Node means, and what to do about it: for transports that run over TLS and have the options ca, cert, key and servername.

import { type ErrorCode, StreamsError } from "../errors.js";
import { printable } from "../kit/text.js";

/** What Node or OpenSSL complains about, in the handshake or after it; `undefined` if it is not TLS. @param name the peer's, for the message */
export function tlsError(cause: Error, name: string): StreamsError | undefined {
  const code = "code" in cause ? String(cause.code) : "";
  if (VERIFICATION.test(code)) return untrusted(code, name, cause);
  const found = MEANINGS.find(([pattern]) => pattern.test(code));
  if (found === undefined) return undefined;
  const [, meaning, advice] = found;
  return new StreamsError(meaning, `TLS with ${name} failed: ${advice} (${printable(code)}).`, { cause, remote: true });
}

/** The peer's certificate did not verify. @param code of the verification, as `authorizationError` of a TLSSocket tells it */
export function untrusted(code: string, name: string, cause: Error): StreamsError {
  const message = `The certificate of ${name} is not trusted (${printable(code)}): ${adviceFor(code)}.`;
  return new StreamsError("ERR_UNTRUSTED", message, { cause });
}

function adviceFor(code: string): string {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID" || code === "HOSTNAME_MISMATCH") {
    return "it is for another name; dial the name that it is for, or give that in the option servername";
  }
  if (code === "CERT_HAS_EXPIRED") return "it has expired; renew it";
  if (code === "CERT_NOT_YET_VALID") return "it is not valid yet; check the clock of both machines";
  return "give the certificate of the authority that issued it in the option ca";
}

/** OpenSSL's results of a verification (X509_V_ERR_*, without the prefix; x509_vfy.h) and those of Node's check of the name. */
const VERIFICATION =
  /^(CERT_|CRL_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(GET|VERIFY|DECODE|DECRYPT)|ERROR_IN_(CERT|CRL)|ERR_TLS_CERT_ALTNAME|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH)/;

/** The code of Node's error, in words of OpenSSL; the first pattern that matches counts. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [
    /^ERR_TLS_HANDSHAKE_TIMEOUT$/,
    "ERR_TIMEOUT",
    "the handshake took too long; raise handshakeTimeout if the network is slow",
  ],
  [
    /NO_APPLICATION_PROTOCOL/,
    "ERR_WRONG_PROTOCOL",
    "there is no common protocol; compare the option alpn of both ends",
  ],
  [
    /PEER_DID_NOT_RETURN_A_CERTIFICATE|ALERT_CERTIFICATE_REQUIRED/,
    "ERR_UNTRUSTED",
    "the client gave no certificate; give it one in its options cert and key",
  ],
  [
    /CERTIFICATE|UNKNOWN_CA|CERT_/,
    "ERR_UNTRUSTED",
    "one end does not trust the other's certificate; compare the option ca of both ends",
  ],
  [/^ERR_SSL_HTTP_REQUEST$/, "ERR_WRONG_PROTOCOL", "the peer speaks HTTP without TLS"],
  [
    /^ERR_SSL_|^EPROTO$/,
    "ERR_WRONG_PROTOCOL",
    "the peer speaks something else, or no version or cipher of TLS in common; check its address and port",
  ],
];
