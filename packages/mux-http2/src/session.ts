// The session: streams over one node:http2 session over one connection.

import type { ClientHttp2Stream, Http2Session as NodeSession, ServerHttp2Stream } from "node:http2";
import type {
  CloseInfo,
  Conn,
  Features,
  HeaderInit,
  Listener,
  NewStreamOptions,
  OpOptions,
  SessionStats,
  Stream,
  StreamHandler,
  StreamProvider,
  StreamsError,
} from "streams-core";
import {
  Acceptor,
  Bucket,
  handled,
  Outcome,
  printable,
  raceAbort,
  rejected,
  retryable,
  toHeaders,
} from "streams-core/kit";
import { Arrival } from "./arrival.js";
import { CANCEL, REFUSED_STREAM, refusedByPeer, sessionFailed, toWireCode } from "./codes.js";
import { whenDeaf } from "./deaf.js";
import * as faults from "./faults.js";
import { Keepalive } from "./keepalive.js";
import { type Leaving, leave } from "./leave.js";
import { Linger } from "./linger.js";
import type { Settled } from "./options.js";
import { type Pipe, toPipe } from "./pipe.js";
import { ReadOn } from "./read-on.js";
import { resetWire } from "./reset-wire.js";
import { RoundTrip } from "./round-trip.js";
import type { Side, SideHost } from "./side.js";
import { isForeign, wrongProtocol } from "./sniff.js";
import type { H2Stream } from "./stream.js";
import { isOurs, RESETS } from "./wire.js";

/** What GOAWAY says when a session is closed with its streams, and not drained. A reason follows. */
const CLOSED = "closed";
/** RFC 9113 section 6.8 leaves the length of it open. */
const MAX_REASON = 1024;
export class Http2Session implements StreamProvider, SideHost {
  readonly options: Settled;
  readonly pipe: Pipe;
  ours = false;
  readonly #duplex: Pipe["duplex"];
  readonly #side: Side;
  readonly #acceptor: Acceptor;
  readonly #streams = new Set<H2Stream>();
  readonly #ready = new Outcome<void>();
  readonly #closed = new Outcome<CloseInfo>();
  readonly #transportDone = new Outcome<void>();
  readonly #keepalive: Keepalive;
  readonly #linger: Linger;
  readonly #readOn: ReadOn;
  readonly #resets = new Bucket(RESETS.burst, RESETS.perSecond);
  #handshake: NodeJS.Timeout | undefined;
  #stopLeaving: () => void = () => {};
  #stopLooking: () => void = () => {};
  #wire: NodeSession | undefined;
  #first: Uint8Array | undefined;
  #inbound = 0;
  #opened = 0;
  #accepted = 0;
  #roundTrip: RoundTrip | undefined;
  #draining = false;
  /** Streams opened before the drain that the peer may not know of. */
  #unanswered = 0;
  #peerDraining = false;
  /** The last stream that the peer may have seen, once it said so. */
  #lastId = Number.POSITIVE_INFINITY;
  /** What is asked of the session from now on rejects with this. */
  #over: StreamsError | undefined;

  constructor(conn: Conn, options: Settled, makeSide: (host: SideHost) => Side) {
    this.options = options;
    this.#acceptor = new Acceptor(options.acceptBacklog);
    this.pipe = toPipe(conn, options.sessionWindow);
    this.#duplex = this.pipe.duplex;
    // Before those of node:http2, which would make clean ends of them.
    this.#duplex.on("error", (cause) => this.#lost(cause));
    this.#duplex.on("end", this.#onEnd);
    this.#duplex.on("close", () => this.#gone());
    this.#linger = new Linger(this.#streams, options.halfCloseLinger);
    this.#readOn = new ReadOn(this.pipe, options.sessionWindow, () => this.#unsent());
    const limit = options.handshakeTimeout;
    this.#handshake = setTimeout(() => this.fail(faults.handshakeLate(limit)), limit).unref();
    this.#keepalive = new Keepalive(options.keepaliveInterval, options.keepaliveTimeout, {
      received: () => this.#duplex.bytesRead,
      probe: () => void this.ping().catch(() => {}),
      dead: () => this.fail(faults.silent()),
    });
    this.#side = makeSide(this);
    if (this.#duplex.destroyed) this.#gone();
    else this.#side.start();
  }

  // ── the contract ──

  get features(): Features {
    return {
      headers: "native",
      opens: this.ours ? "both" : "client",
      flowControl: "stream",
      halfClose: true,
      resetCode: true,
      ping: true,
      priority: false,
      drain: true,
    };
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get closed(): Promise<CloseInfo> {
    return this.#closed.promise;
  }

  newStream(headers?: HeaderInit, options?: NewStreamOptions): Promise<Stream> {
    if (options?.signal?.aborted) return rejected(options.signal.reason);
    if (this.#over !== undefined) return rejected(retryable(this.#over));
    if (this.#draining || this.#peerDraining) return rejected(faults.draining(!this.#draining));
    try {
      const given = headers === undefined ? undefined : toHeaders(headers);
      const stream = this.#side.open(given, options?.priority);
      this.#opened += 1;
      return Promise.resolve(stream);
    } catch (error) {
      return rejected(error);
    }
  }

  listen(handler?: StreamHandler): Listener {
    return this.#acceptor.listen(handler);
  }

  ping(options?: OpOptions): Promise<number> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#over !== undefined) return rejected(this.#over);
    const measured = this.#ready.promise.then(() => this.#roundTrip?.measure() ?? rejected(this.#over));
    return handled(raceAbort(measured, signal));
  }

  stats(): SessionStats {
    return {
      bytesIn: this.#duplex.bytesRead,
      bytesOut: this.#duplex.bytesWritten,
      streamsOpen: this.#streams.size,
      streamsOpened: this.#opened,
      streamsAccepted: this.#accepted,
      roundTrip: this.#roundTrip?.last,
      streams: () => [...this.#streams].map((stream) => stream.stats()),
    };
  }

  shutdown(options?: OpOptions): Promise<void> {
    if (options?.signal?.aborted) return rejected(options.signal.reason);
    if (this.#over === undefined && !this.#draining) {
      this.#draining = true;
      this.#acceptor.close();
      this.#side.stop();
      this.#awaitAnswers();
      this.#proceed();
    }
    return handled(raceAbort(this.#drained(), options?.signal));
  }

  close(info: { readonly code?: number; readonly reason?: string } = {}): Promise<void> {
    if (this.#over === undefined) {
      const { code = 0, reason = "" } = info;
      const text = reason === "" ? CLOSED : `${CLOSED}: ${reason}`;
      this.#say(code, text);
      this.#end(faults.closedHere(), "closing");
      this.#closed.resolve({ code, reason, remote: false });
    }
    return this.#transportDone.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ── for its streams ──

  wireCode(code: number | undefined): number {
    return toWireCode(code, this.ours);
  }

  wireClosed(_stream: H2Stream, cause: unknown): void {
    // node:http2 destroys the streams of a failed session before it says that it failed.
    if (this.#over === undefined && this.#wire?.destroyed === true) this.#broken(cause);
  }

  wrote(): void {
    this.#readOn.wrote();
  }

  sent(): void {
    this.#readOn.sent();
  }

  received(bytes: number): void {
    this.#readOn.received(bytes);
  }

  lingering(): void {
    this.#linger.start();
  }

  finished(stream: H2Stream): void {
    this.#side.forget(stream);
    if (!this.#streams.delete(stream)) return;
    if (!stream.local) this.#inbound -= 1;
    if (stream.arrival !== undefined) this.#acceptor.withdraw(stream.arrival);
    this.#proceed();
  }

  // ── for its side ──

  /** Adopts the node:http2 session. */
  use(wire: NodeSession): void {
    this.#wire = wire;
    // At the end of what is no socket node:http2 ends our direction too and then, if it has anything left to write, fails an
    // assertion that takes the process down. It need not know: this session deals with it.
    if (!this.pipe.direct) this.#duplex.removeAllListeners("end").on("end", this.#onEnd);
    this.#readOn.start(wire);
    this.#roundTrip = new RoundTrip(wire, this.options.streamWindow);
    wire.on("error", (cause) => this.#broken(cause));
    wire.on("remoteSettings", (remote) => this.#greet(isOurs(remote) && this.options.peer === "detect"));
    wire.on("goaway", (code, lastId, data) => this.#goaway(code, lastId, data));
    this.#stopLooking = whenDeaf(this.pipe, () => this.fail(faults.rulesBroken(undefined)));
  }

  add(stream: H2Stream): void {
    this.#streams.add(stream);
  }

  /** The first bytes of the peer, where they can be seen. */
  sees(bytes: Uint8Array): void {
    this.#first ??= bytes.subarray(0, 64);
  }

  /** A stream of the peer's: to the acceptor, or refused. */
  arrive(stream: H2Stream, wire: ClientHttp2Stream | ServerHttp2Stream): void {
    if (this.#over !== undefined || this.#draining || this.#inbound >= this.options.maxInboundStreams) {
      wire.on("error", () => {});
      return resetWire(wire, REFUSED_STREAM);
    }
    this.#inbound += 1;
    this.#streams.add(stream);
    stream.attach(wire);
    stream.arrival = new Arrival(stream, wire, this);
    this.#acceptor.offer(stream.arrival);
  }

  tookOne(): void {
    this.#accepted += 1;
  }

  wasReset(): void {
    if (!this.#resets.take(performance.now())) this.fail(faults.floods());
  }

  /** The GOAWAY of a drain goes ahead of requests that have not left yet, and the peer would refuse them: first it must have them. */
  #awaitAnswers(): void {
    const answered = (): void => {
      this.#unanswered -= 1;
      this.#proceed();
    };
    for (const stream of this.#streams) {
      if (!stream.local || stream.answered) continue;
      this.#unanswered += 1;
      stream.opened.then(answered, answered);
    }
  }

  /** Drains, or closes when that is done. */
  #proceed(): void {
    if (this.#over !== undefined || (!this.#draining && !this.#peerDraining)) return;
    if (this.#side.unopened > 0 || this.#unanswered > 0) return;
    // node:http2 then ends the session by itself once its streams are gone; on a GOAWAY of the peer it does so too.
    if (this.#draining) this.#wire?.close();
    if (this.#streams.size > 0) return;
    const remote = !this.#draining;
    this.#end(faults.drained(remote), "drained");
    this.#closed.resolve({ code: 0, reason: "", remote });
  }

  /** Ends the session with an error on every stream. */
  fail(error: StreamsError): void {
    if (this.#over !== undefined) return;
    this.#end(error, "broken");
    this.#closed.reject(error);
  }

  // ── inside ──

  #greet(ours: boolean): void {
    if (this.#over !== undefined || this.#ready.settled) return;
    clearTimeout(this.#handshake);
    this.ours = ours;
    this.#keepalive.start();
    this.#ready.resolve();
    this.#side.greeted();
  }

  #unsent(): boolean {
    for (const stream of this.#streams) if (stream.unsent) return true;
    return false;
  }

  /** The session has ended; rejects if it failed first. */
  async #drained(): Promise<void> {
    await this.#transportDone.promise;
    await this.#closed.promise;
  }

  #say(code: number, text: string): void {
    try {
      this.#wire?.goaway(code >>> 0, 0, Buffer.from(text).subarray(0, MAX_REASON));
    } catch {
      // It is destroyed already.
    }
  }

  #goaway(code: number, lastId: number, data: Uint8Array | undefined): void {
    if (this.#over !== undefined) return;
    this.#lastId = lastId;
    const said = data === undefined ? "" : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
    const closes = this.ours && said.startsWith(CLOSED);
    if (closes) {
      const reason = printable(said.slice(CLOSED.length + 2), MAX_REASON);
      this.#end(faults.closedByPeer(reason), "told");
      this.#closed.resolve({ code, reason, remote: true });
    } else if (code !== 0) {
      const error = sessionFailed(code, printable(said));
      this.#end(error, "told");
      this.#closed.reject(error);
    } else {
      this.#peerDraining = true;
      this.#side.stop();
      this.#side.drop(refusedByPeer(": it drains"));
      // node:http2 closes its side of the session when this event is over.
      setImmediate(() => this.#proceed());
    }
  }

  readonly #onEnd = (): void => this.#lost(undefined);

  /** The connection ended, or broke for the given cause. */
  #lost(cause: unknown): void {
    if (this.#over !== undefined) return;
    const foreign = isHttp2Error(cause) || isForeign(this.#first);
    if (!this.#ready.settled && (cause !== undefined ? foreign : this.#duplex.bytesRead > 0)) {
      return this.fail(wrongProtocol(this.#first, cause));
    }
    if (cause !== undefined && isHttp2Error(cause)) return this.#broken(cause);
    for (const stream of [...this.#streams]) stream.complete();
    if (this.#over !== undefined) return;
    if (cause === undefined && this.#streams.size === 0 && this.#side.unopened === 0 && this.#ready.settled) {
      this.#end(faults.endedByPeer(), "told");
      this.#closed.resolve({ code: 0, reason: "", remote: true });
      return;
    }
    this.fail(faults.transportLost(cause));
  }

  /** node:http2 gave up. */
  #broken(cause: unknown): void {
    if (this.#over !== undefined) return;
    if (!this.#ready.settled && isHttp2Error(cause)) return this.fail(wrongProtocol(this.#first, cause));
    if (!isHttp2Error(cause)) return this.#lost(cause ?? new Error("The connection was closed."));
    this.fail(faults.rulesBroken(cause));
  }

  /** Ends every stream, then the session, then the connection. */
  #end(error: StreamsError, how: Leaving): void {
    this.#over = error;
    clearTimeout(this.#handshake);
    this.#linger.stop();
    this.#keepalive.stop();
    this.#stopLooking();
    const unseen = faults.unseen(error);
    this.#side.drop(unseen);
    for (const stream of [...this.#streams]) {
      stream.fail(this.#side.above(stream, this.#lastId) ? unseen : error);
      stream.cut(CANCEL);
    }
    this.#acceptor.close();
    this.#side.stop();
    this.#ready.reject(error);
    this.#roundTrip?.fail(error);
    this.#stopLeaving = leave(this.#wire, this.#duplex, how, this.options.keepaliveTimeout);
  }

  #gone(): void {
    const gone = (): void => {
      this.#lost(new Error("The connection was closed."));
      this.#stopLeaving();
      this.#readOn.stop();
      this.#transportDone.resolve();
    };
    // When node:http2 gave up, it says why after it has closed the connection.
    if (this.#over === undefined && this.#wire?.destroyed === true) setImmediate(gone);
    else gone();
  }
}

/** Made by node:http2, and not by the connection below it. */
function isHttp2Error(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && String(cause.code).startsWith("ERR_HTTP2");
}
