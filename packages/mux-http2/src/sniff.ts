// Looks at the first bytes of a connection before node:http2 gets it, so that an error can say what the peer speaks instead.

import type { Duplex } from "node:stream";
import { StreamsError } from "streams-core";
import { seemsToSpeak } from "streams-core/kit";

/** The first bytes of every HTTP/2 client, RFC 9113 section 3.4. */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** RFC 9113 section 6.5. */
const SETTINGS = 4;

/** Waits for the preface and puts it back, then calls `good`; calls `bad` as soon as the bytes differ. */
export function expectPreface(duplex: Duplex, good: () => void, bad: (error: StreamsError) => void): void {
  let seen = Buffer.alloc(0);
  const stop = (): void => void duplex.off("readable", look);
  const look = (): void => {
    for (let chunk = duplex.read(); chunk instanceof Uint8Array; chunk = duplex.read()) {
      seen = Buffer.concat([seen, chunk]);
    }
    const length = Math.min(seen.byteLength, PREFACE.byteLength);
    if (!seen.subarray(0, length).equals(PREFACE.subarray(0, length))) {
      stop();
      bad(wrongProtocol(seen));
    } else if (length === PREFACE.byteLength) {
      stop();
      duplex.unshift(seen);
      good();
    }
  };
  duplex.on("readable", look);
}

/**
 * Whether a server's first bytes are no SETTINGS frame (RFC 9113 section 3.4). node:http2 ends the connection below it before it says
 * that it could not read them.
 */
export function isForeign(first: Uint8Array | undefined): boolean {
  return first !== undefined && first.byteLength > 3 && first[3] !== SETTINGS;
}

/** @param first bytes that the peer sent, if they are known */
export function wrongProtocol(first: Uint8Array | undefined, cause?: unknown): StreamsError {
  const what = first === undefined || first.byteLength === 0 ? "something that is not HTTP/2" : seemsToSpeak(first);
  return new StreamsError(
    "ERR_WRONG_PROTOCOL",
    `The peer speaks ${what}. Use a backend that speaks the same, or have the peer speak HTTP/2 with prior knowledge (RFC 9113 section 3.3).`,
    { remote: true, cause },
  );
}
