// Streams that this end opens: they exist at once, and their channels follow when the connection is ready for them.

import { StreamsError } from "streams-core";
import { type End, OUR_HOST, STREAM_PORT, type Target } from "./end.js";
import { asFault, openFailed } from "./faults.js";
import { encodeOrigin } from "./origin.js";
import { targetOf } from "./stock.js";
import { keyOf, SshStream, type StreamHost } from "./stream.js";

const EMPTY = new Uint8Array(0);
const LAST_NUMBER = 2 ** 32 - 1;

export interface OutboundSetting {
  readonly host: StreamHost;
  readonly streams: Map<number, SshStream>;
  readonly role: "client" | "server";
  end(): End;
  /** Whether the peer is of our own kind. */
  ours(): boolean;
}

export class OutboundStreams {
  readonly #setting: OutboundSetting;
  #unopened: SshStream[] = [];
  #openable = false;
  /** How many were opened; also the number of the last one. */
  opened = 0;

  constructor(setting: OutboundSetting) {
    this.#setting = setting;
  }

  /** @throws ERR_STREAMS_EXHAUSTED */
  create(headers: Uint8Array): SshStream {
    if (this.opened === LAST_NUMBER) {
      throw new StreamsError("ERR_STREAMS_EXHAUSTED", "This session has no stream numbers left; connect anew.");
    }
    this.opened += 1;
    const { host, streams } = this.#setting;
    const stream = new SshStream(host, this.opened, false, headers);
    streams.set(keyOf(stream), stream);
    if (this.#openable) this.#open(stream);
    else this.#unopened.push(stream);
    return stream;
  }

  /** Channels can be opened now. */
  begin(): void {
    this.#openable = true;
    for (const stream of this.#unopened.splice(0)) this.#open(stream);
  }

  /** Whether the peer has heard of the stream. */
  known(stream: SshStream): boolean {
    return !this.#unopened.includes(stream);
  }

  /** The peer drains and has seen none after `last`. */
  drained(last: number): void {
    for (const stream of [...this.#setting.streams.values()]) {
      if (stream.inbound || stream.attached || stream.number <= last) continue;
      const message = "The peer is draining and has not seen the stream; open it on a new session.";
      stream.fail(new StreamsError("ERR_REFUSED", message, { remote: true, retryable: true }), "keep");
    }
  }

  /** Gives up streams that have waited since before `since`: a stock client that asks for no forward gets none. */
  expire(since: number): void {
    const late = this.#unopened.filter((stream) => stream.active < since);
    if (late.length === 0) return;
    this.#unopened = this.#unopened.filter((stream) => !late.includes(stream));
    for (const stream of late) {
      const message = "The client asked for no forward (ssh -R), so that this server cannot open streams to it.";
      stream.fail(new StreamsError("ERR_UNSUPPORTED", message, { retryable: true }), "keep");
    }
  }

  /** The session ended: the peer has certainly not seen what was not sent. */
  end({ code, message, remote, cause }: StreamsError): void {
    for (const stream of this.#unopened.splice(0)) {
      stream.fail(new StreamsError(code, message, { remote, retryable: true, cause }), "keep");
    }
  }

  #open(stream: SshStream): void {
    if (stream.over) return;
    try {
      this.#setting.host.gather();
      this.#setting.end().open(this.#target(stream), (error, channel) => {
        if (channel === undefined) {
          // Our own kind has told why on the control channel, ahead of this.
          stream.fail(openFailed(error), "keep");
          return;
        }
        stream.attach(channel);
        if (!this.#setting.ours()) stream.accept(EMPTY);
      });
    } catch (error) {
      stream.fail(asFault(error), "keep");
    }
  }

  #target(stream: SshStream): Target {
    if (!this.#setting.ours()) return targetOf(stream.headers, this.#setting.role);
    const originHost = encodeOrigin(stream.block);
    return { type: "tcp", host: OUR_HOST, port: STREAM_PORT, originHost, originPort: stream.number };
  }
}
