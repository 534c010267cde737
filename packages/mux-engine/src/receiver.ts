// What the peer's frames do to the core. Every rule a peer can break is checked here, before the application sees anything.

import type { StreamsError } from "streams-core";
import { broken, byPeer, checkHeaders, decodeHeaders } from "streams-core/kit";
import { Arrival } from "./arrival.js";
import type { Core } from "./core.js";
import { overrun, resetByPeer } from "./faults.js";
import type { Output } from "./output.js";
import type { EngineStream } from "./stream.js";
import type { PeerParameters, Sink } from "./wire.js";

const NO_BLOCK = new Uint8Array(0);

export class Receiver implements Sink {
  readonly #core: Core;
  /** The stream of the data frame that is being read; undefined when its payload is dropped. */
  #current: EngineStream | undefined;
  /** Whether that frame opens a stream or has payload. */
  #hasEffect = true;

  constructor(core: Core) {
    this.#core = core;
  }

  hello(parameters: PeerParameters): void {
    this.#core.peerIs(parameters);
  }

  open(id: number, block: Uint8Array, urgency: number, length: number): void {
    const core = this.#core;
    const { wire, limits } = core;
    this.#current = undefined;
    this.#hasEffect = true;
    if (core.over !== undefined) return;
    if (!wire.ids.open(id)) throw broken(`opened stream ${id}, which is not an id that it may open now`);
    checkHeaders(block, limits.headers);
    // The peer learns from our drain that these are refused; not so of those that a later one had overtaken.
    if (core.draining && core.drainSaid && id > core.lastTaken) return wire.forget?.(id);
    if (core.draining || core.streams.remote >= limits.maxInboundStreams) return this.#refuse(id);
    const stream = core.add(id, false, urgency, block);
    if (length > stream.receiveCredit) throw overrun(id);
    const arrival = new Arrival(core, stream);
    stream.arrival = arrival;
    stream.receiveCredit -= length;
    this.#current = stream;
    if (wire.acknowledge !== undefined) core.sender.answer((out) => wire.acknowledge?.(out, id));
    core.acceptor.offer(arrival);
    if (stream.failed) core.guard.refused(core.now);
  }

  accept(id: number, block: Uint8Array): void {
    const stream = this.#find(id);
    if (stream === undefined || !this.#isUndecided(stream)) return;
    checkHeaders(block, this.#core.limits.headers);
    this.#core.sender.settled(stream);
    stream.replied(block);
  }

  dataStart(id: number, length: number): void {
    const stream = this.#find(id);
    this.#current = stream;
    this.#hasEffect = length > 0;
    if (stream === undefined) return;
    if (!this.#isSending(stream)) {
      this.#current = undefined;
      return;
    }
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
      this.#core.guard.idle(this.#core.now);
    }
  }

  credit(id: number, bytes: number): void {
    const stream = this.#find(id);
    if (bytes === 0) this.#core.guard.idle(this.#core.now);
    if (stream === undefined) return;
    if (stream.sendCredit + bytes > 0x7fffffff) throw overrun(id);
    stream.sendCredit += bytes;
    stream.silentSweeps = 0;
    this.#core.sender.sendable(stream);
  }

  reset(id: number, code: number): void {
    const stream = this.#find(id);
    if (stream === undefined) return;
    if (!stream.local) this.#core.guard.reset(this.#core.now);
    else if (this.#core.sender.policy.resetRefuses && !stream.acceptedAlready)
      return this.#refused(stream, code, NO_BLOCK);
    stream.fail(this.#resetByPeer("reset the stream", code));
  }

  refuse(id: number, code: number, block: Uint8Array): void {
    const stream = this.#find(id);
    if (stream === undefined) return;
    if (this.#isUndecided(stream)) this.#refused(stream, code, block);
    // A peer that never says that it accepts may still take everything back.
    else if (stream.heard) stream.fail(this.#resetByPeer("reset the stream", code));
    else this.#refused(stream, code, block);
  }

  stop(id: number, code: number): void {
    const stream = this.#find(id);
    if (stream === undefined) return;
    // Opened, ended and stopped costs the application as much as opened and reset.
    if (!stream.local && !stream.sendEnded) this.#core.guard.reset(this.#core.now);
    // One may have crossed our end.
    else if (stream.sendEnded) this.#stray();
    this.#core.peerStops(stream, code);
  }

  abort(id: number, code: number): void {
    const stream = this.#find(id);
    if (stream === undefined || !this.#isSending(stream)) return;
    stream.receivedEnd(this.#resetByPeer("ended its direction of the stream early", code));
  }

  ping(token: number): void {
    if (!this.#core.sender.pong(token)) this.#core.guard.idle(this.#core.now);
  }

  pong(token: number): void {
    this.#core.roundTrips.answered(token, this.#core.now);
  }

  drain(lastId: number): void {
    // Once says it all, and each looks at every stream.
    if (this.#core.peerDraining) this.#core.guard.idle(this.#core.now);
    this.#core.peerDrains(lastId);
  }

  close(lastId: number, code: number, reason: string, failed: boolean): void {
    this.#core.peerClosed(lastId, code, reason, failed);
  }

  answer(write: (out: Output) => void): void {
    this.#core.sender.answer(write);
  }

  room(): void {
    this.#core.sender.wake();
  }

  /** The stream, or undefined if it is over. @throws ERR_PROTOCOL if it never was, ERR_CALM if that happens too often */
  #find(id: number): EngineStream | undefined {
    const { streams, wire } = this.#core;
    const stream = streams.get(id);
    if (stream !== undefined) return stream;
    if (!wire.ids.wasUsed(id)) throw broken(`sent a frame for stream ${id}, which was never opened`);
    this.#stray();
    return undefined;
  }

  /** @param how what the peer did to the stream */
  #resetByPeer(how: string, code: number): StreamsError {
    return this.#core.wire.features.resetCode ? resetByPeer(how, code) : resetByPeer(how);
  }

  /**
   * What is on its way to a stream that is over is bounded by windows, and by the time until the peer hears that it is. Where there are
   * none, or the peer does not understand, lax originals may send any number of frames in good faith.
   */
  #stray(): void {
    const { sender, wire, now } = this.#core;
    const { laxEnd, resetIsEnd } = sender.policy;
    if (!resetIsEnd && (!laxEnd || wire.credit !== undefined)) this.#core.guard.stray(now);
  }

  #refuse(id: number): void {
    const { guard, sender, wire, now } = this.#core;
    sender.dismiss(false, (out) => wire.refuse(out, id, 0, NO_BLOCK));
    wire.forget?.(id);
    guard.refused(now);
  }

  #refused(stream: EngineStream, resetCode: number, block: Uint8Array): void {
    const headers = decodeHeaders(block, this.#core.limits.headers);
    const details = { retryable: true, resetCode, headers };
    stream.fail(byPeer("ERR_REFUSED", "The peer refused the stream; it may be opened again elsewhere.", details));
  }

  /** Whether the stream waits for the peer's decision. @throws ERR_PROTOCOL if not, unless the wire's originals are lax about it */
  #isUndecided(stream: EngineStream): boolean {
    if (stream.local && !stream.acceptedAlready) return true;
    if (stream.local && this.#core.sender.policy.laxEnd) return false;
    throw broken(`decided about stream ${stream.id}, which does not wait for that`);
  }

  /** Whether the peer may send on the stream. @throws ERR_PROTOCOL if not, unless the wire's originals are lax about it */
  #isSending(stream: EngineStream): boolean {
    const waits = stream.local && !stream.acceptedAlready;
    if (!stream.receiveEnded && !waits) return true;
    if (!this.#core.sender.policy.laxEnd)
      throw broken(`sent on stream ${stream.id} ${waits ? "before accepting it" : "after its end"}`);
    if (stream.receiveEnded) return false;
    this.#core.sender.settled(stream);
    stream.replied(NO_BLOCK);
    return true;
  }
}
