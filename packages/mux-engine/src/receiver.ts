// What the peer's frames do to the core. Every rule a peer can break is checked here, before the application sees anything.

import { broken, byPeer, checkHeaders, decodeHeaders } from "streams-core/kit";
import { Arrival } from "./arrival.js";
import type { Core } from "./core.js";
import { overrun, resetByPeer } from "./faults.js";
import type { Guard } from "./guard.js";
import type { EngineStream } from "./stream.js";
import type { PeerParameters, Sink } from "./wire.js";

const NO_BLOCK = new Uint8Array(0);

export class Receiver implements Sink {
  readonly #core: Core;
  readonly #guard: Guard;
  /** The stream of the data frame that is being read; undefined when its payload is dropped. */
  #current: EngineStream | undefined;
  /** Whether that frame opens a stream or has payload. */
  #hasEffect = true;

  constructor(core: Core, guard: Guard) {
    this.#core = core;
    this.#guard = guard;
  }

  hello(parameters: PeerParameters): void {
    this.#core.peerIs(parameters);
  }

  open(id: number, block: Uint8Array, urgency: number, length: number): void {
    const core = this.#core;
    const { streams, limits } = core;
    this.#current = undefined;
    this.#hasEffect = true;
    if (core.over !== undefined) return;
    if (!streams.mayOpen(id)) throw broken(`opened stream ${id}, which is not an id that it may open now`);
    if (length > limits.initialWindow) throw overrun(id);
    checkHeaders(block, limits.headers);
    streams.lastRemote = id;
    // The peer learns from our drain that these are refused.
    if (core.draining) return;
    if (streams.remote >= limits.maxInboundStreams)
      return core.sender.answer((out) => core.wire.refuse(out, id, 0, NO_BLOCK));
    const stream = core.add(id, false, urgency, block);
    const arrival = new Arrival(core, stream);
    stream.arrival = arrival;
    stream.receiveCredit -= length;
    this.#current = stream;
    core.acceptor.offer(arrival);
  }

  accept(id: number, block: Uint8Array): void {
    const stream = this.#find(id);
    if (stream === undefined) return;
    expectUndecided(stream);
    checkHeaders(block, this.#core.limits.headers);
    stream.replied(block);
  }

  dataStart(id: number, length: number): void {
    const stream = this.#find(id);
    this.#current = stream;
    this.#hasEffect = length > 0;
    if (stream === undefined) return;
    expectSending(stream);
    if (length > stream.receiveCredit) throw overrun(id);
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
    } else if (!this.#hasEffect) {
      this.#guard.idle(this.#core.now);
    }
  }

  credit(id: number, bytes: number): void {
    const stream = this.#find(id);
    if (bytes === 0) this.#guard.idle(this.#core.now);
    if (stream === undefined) return;
    if (stream.sendCredit + bytes > 0x7fffffff) throw overrun(id);
    stream.sendCredit += bytes;
    this.#core.sender.sendable(stream);
  }

  reset(id: number, code: number): void {
    const stream = this.#find(id);
    if (stream === undefined) return;
    if (!stream.local) this.#guard.reset(this.#core.now);
    stream.fail(resetByPeer("reset the stream", code));
  }

  refuse(id: number, code: number, block: Uint8Array): void {
    const stream = this.#find(id);
    if (stream === undefined) return;
    expectUndecided(stream);
    const headers = decodeHeaders(block, this.#core.limits.headers);
    const details = { retryable: true, resetCode: code, headers };
    stream.fail(byPeer("ERR_REFUSED", "The peer refused the stream; it may be opened again elsewhere.", details));
  }

  stop(id: number, code: number): void {
    const stream = this.#find(id);
    if (stream === undefined) return;
    // Opened, ended and stopped costs the application as much as opened and reset.
    if (!stream.local && !stream.sendEnded) this.#guard.reset(this.#core.now);
    this.#core.peerStops(stream, code);
  }

  abort(id: number, code: number): void {
    const stream = this.#find(id);
    if (stream === undefined) return;
    expectSending(stream);
    stream.receivedEnd(resetByPeer("ended its direction of the stream early", code));
  }

  ping(token: number): void {
    if (!this.#core.sender.pong(token)) this.#guard.idle(this.#core.now);
  }

  pong(token: number): void {
    this.#core.roundTrips.answered(token, this.#core.now);
  }

  drain(lastId: number): void {
    // Once says it all, and each looks at every stream.
    if (this.#core.peerDraining) this.#guard.idle(this.#core.now);
    this.#core.peerDrains(lastId);
  }

  close(lastId: number, code: number, reason: string, failed: boolean): void {
    this.#core.peerClosed(lastId, code, reason, failed);
  }

  /** The stream, or undefined if it is over. @throws ERR_PROTOCOL if it never was, ERR_CALM if that happens too often */
  #find(id: number): EngineStream | undefined {
    const { streams, now } = this.#core;
    const stream = streams.get(id);
    if (stream !== undefined) return stream;
    if (!streams.wasOpen(id)) throw broken(`sent a frame for stream ${id}, which was never opened`);
    this.#guard.stray(now);
    return undefined;
  }
}

function expectUndecided(stream: EngineStream): void {
  if (stream.local && !stream.acceptedAlready) return;
  throw broken(`decided about stream ${stream.id}, which does not wait for that`);
}

function expectSending(stream: EngineStream): void {
  if (stream.receiveEnded) throw broken(`sent on stream ${stream.id} after its end`);
  if (stream.local && !stream.acceptedAlready) throw broken(`sent on stream ${stream.id} before accepting it`);
}
