// A stream of the peer's that nobody has accepted yet: what becomes of it when somebody decides.

import { StreamsError } from "streams-core";
import { encodeHeaders, type Inbound } from "streams-core/kit";
import type { Core } from "./core.js";
import type { EngineStream } from "./stream.js";

const NO_BLOCK = new Uint8Array(0);
/** Nobody sees it: the stream was never given out. */
const REFUSED = new StreamsError("ERR_REFUSED", "This end refused the stream.");

export class Arrival implements Inbound {
  readonly #core: Core;
  readonly #stream: EngineStream;

  constructor(core: Core, stream: EngineStream) {
    this.#core = core;
    this.#stream = stream;
  }

  get headers(): Headers {
    return this.#stream.headers;
  }

  /** @throws ERR_HEADERS_TOO_LARGE */
  accept(reply: Headers | undefined): EngineStream | undefined {
    const stream = this.#stream;
    if (stream.failed) return undefined;
    const block = encodeHeaders(reply, this.#core.limits.headers);
    stream.arrival = undefined;
    this.#core.streams.accepted += 1;
    stream.accept(block);
    if (stream.stopCode !== undefined) this.#core.peerStops(stream, stream.stopCode);
    return stream;
  }

  refuse(headers: Headers | undefined, code: number | undefined): void {
    const stream = this.#stream;
    const { over, limits, sender, wire } = this.#core;
    if (stream.failed || over !== undefined) return;
    let block: Uint8Array = NO_BLOCK;
    try {
      block = encodeHeaders(headers, limits.headers);
    } catch {
      // A refusal whose headers do not fit is still a refusal.
    }
    stream.arrival = undefined;
    sender.dismiss(stream.heard, (out) => wire.refuse(out, stream.number, code ?? 0, block));
    stream.fail(REFUSED);
  }
}
