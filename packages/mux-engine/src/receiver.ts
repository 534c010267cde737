// What the peer's frames do to the session. Every rule a peer can break is checked here, before the application sees anything.

import { StreamsError } from "streams-core";
import { checkHeaders, decodeHeaders, type Inbound } from "streams-core/kit";
import type { Guard } from "./guard.js";
import type { Session } from "./session.js";
import type { EngineStream } from "./stream.js";
import type { PeerParameters, Sink } from "./wire.js";

export class Receiver implements Sink {
  readonly #session: Session;
  readonly #guard: Guard;
  /** The stream of the data frame that is being read; undefined when its payload is dropped. */
  #current: EngineStream | undefined;
  #currentLength = 0;

  constructor(session: Session, guard: Guard) {
    this.#session = session;
    this.#guard = guard;
  }

  hello(parameters: PeerParameters): void {
    this.#session.peerIs(parameters);
  }

  open(id: number, block: Uint8Array, urgency: number, length: number): void {
    const session = this.#session;
    this.#current = undefined;
    this.#currentLength = length;
    if (!session.streams.mayOpen(id)) throw broken(`opened stream ${id}, which is not an id that it may open now`);
    if (length > session.limits.initialWindow) throw overflow(id);
    checkHeaders(block, session.limits.headers);
    const stream = session.admit(id, block, urgency);
    if (stream?.arrival === undefined) return;
    stream.receiveCredit -= length;
    this.#current = stream;
    session.acceptor.offer(stream.arrival);
  }

  accept(id: number, block: Uint8Array): void {
    const stream = this.#find(id);
    if (stream === undefined) return this.#guard.stray(this.#session.now);
    if (!stream.local || stream.acceptedAlready) throw broken(`accepted stream ${id}, which does not wait for that`);
    checkHeaders(block, this.#session.limits.headers);
    stream.replied(block);
  }

  dataStart(id: number, length: number): void {
    const stream = this.#find(id);
    this.#current = stream;
    this.#currentLength = length;
    if (stream === undefined) return this.#guard.stray(this.#session.now);
    if (stream.receiveEnded) throw broken(`sent data on stream ${id} after its end`);
    if (length > stream.receiveCredit) throw overflow(id);
    stream.receiveCredit -= length;
  }

  data(payload: Uint8Array): void {
    const stream = this.#current;
    if (stream !== undefined && !stream.ended) stream.deliver(payload);
  }

  dataEnd(fin: boolean): void {
    const stream = this.#current;
    this.#current = undefined;
    if (fin) {
      if (stream !== undefined && !stream.ended) stream.receivedEnd();
    } else if (this.#currentLength === 0 && stream !== undefined && stream.acceptedAlready) {
      this.#guard.idle(this.#session.now);
    }
  }

  credit(id: number, bytes: number): void {
    const stream = this.#find(id);
    if (bytes === 0) this.#guard.idle(this.#session.now);
    if (stream === undefined) return this.#guard.stray(this.#session.now);
    if (stream.sendCredit + bytes > 0x7fffffff) throw overflow(id);
    stream.sendCredit += bytes;
    this.#session.sendable(stream);
  }

  reset(id: number, code: number): void {
    const stream = this.#find(id);
    if (stream === undefined) return this.#guard.stray(this.#session.now);
    if (!stream.local) this.#guard.reset(this.#session.now);
    stream.fail(new StreamsError("ERR_RESET", "The peer reset the stream.", { remote: true, resetCode: code }));
  }

  refuse(id: number, code: number, block: Uint8Array): void {
    const stream = this.#find(id);
    if (stream === undefined) return this.#guard.stray(this.#session.now);
    if (!stream.local || stream.acceptedAlready) throw broken(`refused stream ${id}, which does not wait for that`);
    const headers = decodeHeaders(block, this.#session.limits.headers);
    stream.fail(
      new StreamsError("ERR_REFUSED", "The peer refused the stream; it may be opened again elsewhere.", {
        remote: true,
        retryable: true,
        resetCode: code,
        headers,
      }),
    );
  }

  stop(id: number, code: number): void {
    const stream = this.#find(id);
    if (stream === undefined) return this.#guard.stray(this.#session.now);
    if (stream.sendEnded) return;
    const error = new StreamsError("ERR_RESET", "The peer stopped reading the stream.", {
      remote: true,
      resetCode: code,
    });
    this.#session.abortSending(stream, error, code);
  }

  abort(id: number, code: number): void {
    const stream = this.#find(id);
    if (stream === undefined) return this.#guard.stray(this.#session.now);
    if (stream.receiveEnded) throw broken(`aborted stream ${id} after its end`);
    stream.receivedEnd(
      new StreamsError("ERR_RESET", "The peer ended its direction of the stream early.", {
        remote: true,
        resetCode: code,
      }),
    );
  }

  ping(token: number): void {
    if (!this.#session.sender.pong(token)) this.#guard.idle(this.#session.now);
  }

  pong(token: number): void {
    this.#session.roundTrips.answered(token, this.#session.now);
  }

  drain(lastId: number): void {
    this.#session.peerDrains(lastId);
  }

  close(lastId: number, code: number, reason: string, failed: boolean): void {
    this.#session.peerClosed(lastId, code, reason, failed);
  }

  /** The stream, or undefined if it is over. @throws ERR_PROTOCOL if it never was */
  #find(id: number): EngineStream | undefined {
    const stream = this.#session.streams.get(id);
    if (stream === undefined && !this.#session.streams.wasOpen(id))
      throw broken(`sent a frame for stream ${id}, which was never opened`);
    return stream;
  }
}

/** A stream of the peer's that nobody has accepted. */
export class Arrival implements Inbound {
  readonly #session: Session;
  readonly #stream: EngineStream;

  constructor(session: Session, stream: EngineStream) {
    this.#session = session;
    this.#stream = stream;
  }

  get headers(): Headers {
    return this.#stream.headers;
  }

  accept(reply: Headers | undefined): EngineStream | undefined {
    return this.#session.accept(this.#stream, reply);
  }

  refuse(headers: Headers | undefined, code: number | undefined): void {
    this.#session.refuse(this.#stream, headers, code);
  }
}

function broken(what: string): StreamsError {
  return new StreamsError("ERR_PROTOCOL", `The peer ${what}.`, { remote: true });
}

function overflow(id: number): StreamsError {
  return new StreamsError("ERR_FLOW_CONTROL", `The peer overran the window of stream ${id}.`, { remote: true });
}
