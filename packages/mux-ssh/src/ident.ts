// The first bytes of a connection: the SSH version string (RFC 4253, section 4.2), by which our own kind is told from others, or
// what a peer that is no SSH speaks instead. ssh2 reads the same bytes; this only looks on.

import { StreamsError } from "streams-core";
import { seemsToSpeak } from "streams-core/kit";
import { transportLost } from "./faults.js";

/** Our software version. The number is that of PROTOCOL in the README: ends with different ones treat each other as stock. */
export const OUR_IDENT = "Streams_1";

/** What a stock peer sees with the option `peer: "stock"`. */
export const STOCK_IDENT = "ssh2js";

const LIMIT = 64 * 1024;

export class IdentWatch {
  readonly #role: "client" | "server";
  #seen = "";
  #line: string | undefined;
  #software: string | undefined;

  constructor(role: "client" | "server") {
    this.#role = role;
  }

  /** The peer's software version, once it came. */
  get software(): string | undefined {
    return this.#software;
  }

  /** Takes the next bytes. @throws ERR_WRONG_PROTOCOL */
  look(chunk: Uint8Array): void {
    if (this.#line !== undefined) return;
    this.#seen += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
    const lines = this.#seen.split("\n");
    this.#line = lines
      .slice(0, -1)
      .find((line) => line.startsWith("SSH-"))
      ?.trimEnd();
    if (this.#line !== undefined) {
      this.#seen = "";
      this.#software = this.#line.replace(/^SSH-[0-9.]+-/, "").split(" ")[0];
    } else if (!this.#mayBecomeSsh()) throw this.#wrong();
  }

  /** What to say of a peer that was not done with the handshake in time. */
  late(limit: number): StreamsError {
    if (this.#seen !== "") return this.#wrong();
    const hint = this.#line === undefined ? "check that the peer speaks SSH" : "raise handshakeTimeout if it is slow";
    return new StreamsError("ERR_TIMEOUT", `The SSH handshake was not done within ${limit} ms; ${hint}.`, {
      remote: true,
    });
  }

  /** What to say when ssh2 gave up on a peer that sent no version string; undefined if it did send one. */
  missing(cause: unknown): StreamsError | undefined {
    if (this.#line !== undefined) return undefined;
    return this.#seen === "" ? transportLost("The connection ended before the SSH handshake", cause) : this.#wrong();
  }

  #wrong(): StreamsError {
    const message = `The peer does not speak SSH: it seems to speak ${seemsToSpeak(Buffer.from(this.#seen, "latin1"))}. Connect to an SSH port.`;
    return new StreamsError("ERR_WRONG_PROTOCOL", message, { remote: true });
  }

  #mayBecomeSsh(): boolean {
    const seen = this.#seen;
    if ("SSH-".startsWith(seen.slice(0, 4))) return true;
    // A server may send lines of text first; a client must not.
    return this.#role === "client" && seen.length < LIMIT && !seen.startsWith("HTTP/") && isText(seen);
  }
}

function isText(seen: string): boolean {
  return Buffer.from(seen, "latin1").every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13);
}
