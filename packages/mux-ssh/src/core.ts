// The inside of a session over one SSH connection: who the peer is, which streams there are, and how it all ends.

import type { Duplex } from "node:stream";
import type { Channel } from "ssh2";
import { type CloseInfo, StreamsError } from "streams-core";
import {
  Acceptor,
  Bucket,
  checkHeaders,
  decodeHeaders,
  HEADER_LIMITS,
  type HeaderLimits,
  Outcome,
  printable,
  retryable,
} from "streams-core/kit";
import type { SocketDuplex } from "streams-core/node";
import { quietly } from "./channel.js";
import { Control, type ControlEvents, type Named } from "./control.js";
import { CONTROL_PORT, type End, type EndEvents, isOurs, type Offer, OUR_HOST, STREAM_PORT } from "./end.js";
import { asFault, floods, resetByPeer, transportLost } from "./faults.js";
import { HangUp } from "./hang-up.js";
import { IdentWatch, OUR_IDENT } from "./ident.js";
import { InboundStreams } from "./inbound.js";
import type { Limits } from "./options.js";
import { OutboundStreams } from "./outbound.js";
import { malformed } from "./records.js";
import { keyOf, type SshStream, type StreamHost } from "./stream.js";
import { Traffic } from "./traffic.js";
import { Turns } from "./turns.js";
import { Watch } from "./watch.js";

/** Milliseconds for the peer to hang up too after `close`. */
const HANG_UP = 1000;
/** Ends with which the connection is cut off: there is nobody left to say goodbye to, or nobody worth it. */
const CUT_OFF: readonly string[] = [
  "ERR_TRANSPORT_LOST",
  "ERR_WRONG_PROTOCOL",
  "ERR_TIMEOUT",
  "ERR_CALM",
  "ERR_FLOW_CONTROL",
];

export interface SessionSetting {
  readonly role: "client" | "server";
  readonly limits: Limits;
  /** Whether a client asks a stock server to listen for it. */
  readonly forwards: boolean;
  start(sock: Duplex, ours: () => boolean, events: EndEvents): End;
}

export class SessionCore {
  readonly limits: Limits;
  readonly headerLimits: HeaderLimits;
  readonly sock: SocketDuplex;
  /** By `keyOf`. */
  readonly streams: Map<number, SshStream> = new Map();
  readonly acceptor: Acceptor;
  readonly control: Control;
  readonly inbound: InboundStreams;
  readonly outbound: OutboundStreams;
  readonly ready: Outcome<void> = new Outcome();
  readonly closed: Outcome<CloseInfo> = new Outcome();
  /** The last stream of a session that drains is over. */
  readonly drained: Outcome<void> = new Outcome();
  /** Why the session is over. */
  error: StreamsError | undefined;
  readonly #setting: SessionSetting;
  readonly #end: End;
  readonly #ident: IdentWatch;
  readonly #watch: Watch;
  readonly #hangUp: HangUp;
  readonly #turns: Turns;
  readonly #traffic: Traffic;
  readonly #cuts = new Bucket(1000, 100);
  #state: "open" | "draining" | "ended" = "open";
  #peerDrains = false;
  /** What the peer's hello says that a stream may send ahead of credit. */
  #peerWindow = 0;

  constructor(sock: SocketDuplex, setting: SessionSetting) {
    const { role, limits } = setting;
    this.#setting = setting;
    this.limits = limits;
    this.headerLimits = { bytes: limits.maxHeaderBytes, fields: HEADER_LIMITS.fields };
    this.sock = sock;
    this.#ident = new IdentWatch(role);
    this.#traffic = new Traffic(sock, this.streams, limits.rekeyBytes);
    this.acceptor = new Acceptor(limits.acceptBacklog);
    // These listen before ssh2 does, so that what has arrived is saved before ssh2 takes the connection apart.
    this.#turns = new Turns(sock, () => this.control.flush());
    this.#listenTo(sock);
    this.#hangUp = new HangUp(sock, limits.keepaliveTimeout);
    this.control = new Control(this.#turns, this.#controlEvents());
    const host = this.#host();
    const ours = (): boolean => this.ours;
    this.outbound = new OutboundStreams({ host, streams: this.streams, role, ours, end: () => this.#end });
    this.inbound = new InboundStreams({
      host,
      acceptor: this.acceptor,
      control: this.control,
      streams: this.streams,
      role,
      headerLimits: this.headerLimits,
      most: limits.maxInboundStreams,
      open: () => this.#state === "open",
    });
    this.#end = setting.start(sock, ours, {
      ready: () => this.#onReady(),
      openable: () => {
        if (this.#state !== "ended") this.outbound.begin();
      },
      offer: (offer) => this.#onOffer(offer),
      failed: (error) => this.#fail(error),
    });
    this.#watch = new Watch(limits, {
      handshakeLate: () => this.#fail(this.#ident.late(limits.handshakeTimeout)),
      silent: () => this.#fail(silent()),
      tick: (now) => this.#expire(now),
    });
  }

  /** What the session is for its user: of our own kind until the peer has said what it is. */
  get seemsOurs(): boolean {
    return this.ours || (this.#ident.software === undefined && this.limits.peer !== "stock");
  }

  /** Whether this end opens streams, and the peer does too. */
  get bothOpen(): boolean {
    return this.seemsOurs || (this.#setting.role === "client" && this.#setting.forwards);
  }

  drain(): void {
    if (this.#state !== "open") return;
    this.#state = "draining";
    if (this.ours) this.control.drain(this.inbound.lastNumber);
    this.acceptor.close();
    this.#checkDrained();
  }

  // Opening

  /** Whether the peer is of our own kind. */
  get ours(): boolean {
    return this.#ident.software === OUR_IDENT && this.limits.peer !== "stock";
  }

  /** @throws what says why no stream can be opened */
  mayOpen(): void {
    if (this.error !== undefined) throw retryable(this.error);
    if (this.#state === "open" && !this.#peerDrains) return;
    throw new StreamsError("ERR_SESSION_DRAINING", "The session is draining; open the stream on a new one.", {
      remote: this.#peerDrains,
      retryable: true,
    });
  }

  /** The peer is logged in. Our own kind is ready when it has said hello, too. */
  #onReady(): void {
    if (this.#state === "ended") return;
    if (this.limits.peer === "streams" && !this.ours) {
      const software = printable(this.#ident.software ?? "", 60);
      const message = `The peer is a stock SSH program (${software}), not Streams; set peer: "auto" to talk to it.`;
      this.#fail(new StreamsError("ERR_WRONG_PROTOCOL", message, { remote: true }));
    } else if (!this.ours) {
      this.#begin();
    } else if (this.#setting.role === "client") {
      this.#openControl();
    }
  }

  #begin(): void {
    this.#watch.ready();
    this.ready.resolve();
  }

  #openControl(): void {
    this.#turns.gather();
    const target = { type: "tcp", host: OUR_HOST, port: CONTROL_PORT, originHost: "control", originPort: 0 } as const;
    this.#end.open(target, (_error, channel) => {
      if (channel === undefined) this.#fail(malformed("a refusal of the control channel"));
      else this.#attachControl(channel);
    });
  }

  #attachControl(channel: Channel): void {
    this.control.attach(channel, this.limits.window);
  }

  #onOffer(offer: Offer): void {
    if (this.#state === "ended") {
      quietly(() => offer.reject());
      return;
    }
    try {
      const { target } = offer;
      if (!this.ours) this.inbound.stock(offer);
      else if (!isOurs(target)) offer.reject();
      else if (target.port === STREAM_PORT) this.inbound.ours(offer, target.originPort, target.originHost);
      else if (target.port === CONTROL_PORT && !this.control.attached) this.#attachControl(offer.accept());
      else offer.reject();
    } catch (error) {
      this.#fail(asFault(error));
    }
  }

  // Streams

  /** What streams ask of their session. */
  #host(): StreamHost {
    return {
      role: this.#setting.role,
      writeBuffer: this.limits.writeBuffer,
      windows: () => (this.ours ? { send: this.#peerWindow, receive: this.limits.window } : undefined),
      take: (stream) => this.#turns.take(stream),
      gather: () => this.#turns.gather(),
      grant: (stream, bytes) => this.control.credit(stream, bytes),
      overrun: () =>
        this.#fail(new StreamsError("ERR_FLOW_CONTROL", "The peer sent more than it was granted.", { remote: true })),
      cutShort: () => {
        if (!this.#cuts.take(performance.now())) this.#fail(floods("opens and closes channels"));
      },
      tellReset: (stream, code, told) => {
        // What the peer has not heard of needs no reset.
        if (this.#state === "ended" || !this.outbound.known(stream)) return;
        if (this.ours) this.control.reset(stream, code, told);
        else told();
      },
      ended: (stream) => this.#onEnded(stream),
    };
  }

  #onEnded(stream: SshStream): void {
    this.#turns.forget(stream);
    this.inbound.withdraw(stream);
    // The accepter's answer may still be on its way.
    if (!stream.answered && this.#state !== "ended") return;
    if (!this.streams.delete(keyOf(stream))) return;
    if (stream.inbound) this.inbound.open -= 1;
    this.#checkDrained();
  }

  /** What the peer says on the control channel. */
  #controlEvents(): ControlEvents {
    return {
      hello: (window) => {
        this.#peerWindow = window;
        for (const stream of this.streams.values()) if (stream.attached) stream.credit(window);
        this.#begin();
      },
      accepted: (named, block) => {
        checkHeaders(block, this.headerLimits);
        // A copy, for the block is a view of whatever came with it.
        this.#named(named)?.accept(new Uint8Array(block));
      },
      refused: (named, resetCode, block) => {
        const details = { remote: true, retryable: true, resetCode, headers: decodeHeaders(block, this.headerLimits) };
        this.#endStream(named, new StreamsError("ERR_REFUSED", "The peer refused the stream.", details));
      },
      reset: (named, code) => this.#endStream(named, resetByPeer(code)),
      credit: (named, bytes) => {
        if (this.#named(named)?.credit(bytes) !== false) return;
        throw new StreamsError("ERR_FLOW_CONTROL", "The peer granted more than 4 GiB.", { remote: true });
      },
      drain: (last) => {
        this.#peerDrains = true;
        this.outbound.drained(last);
      },
      closed: (info) => this.#onClose(info),
      failed: (error) => this.#fail(asFault(error)),
    };
  }

  #named(named: Named): SshStream | undefined {
    return this.streams.get(keyOf(named));
  }

  #endStream(named: Named, error: StreamsError): void {
    const stream = this.#named(named);
    stream?.fail(error, "keep");
    stream?.closeChannel();
  }

  #expire(now: number): void {
    this.outbound.expire(now - this.limits.handshakeTimeout);
    for (const stream of [...this.streams.values()]) {
      if (stream.lingering && now - stream.active > this.limits.halfCloseLinger) stream.reset();
    }
  }

  // The connection

  #listenTo(sock: SocketDuplex): void {
    sock.on("data", (chunk: Uint8Array) => this.#onBytes(chunk));
    sock.on("error", (cause) => this.#lost("The connection broke", cause));
    sock.on("end", () => this.#lost("The connection ended"));
    sock.on("close", () => this.#lost("The connection was closed"));
  }

  #onBytes(chunk: Uint8Array): void {
    this.#watch.alive();
    if (this.#state === "ended") return;
    // What ssh2 and the application answer to this leaves together.
    this.#turns.gather();
    try {
      this.#ident.look(chunk);
      this.#traffic.look();
      if (this.ready.settled && this.#traffic.rekeyDue()) quietly(() => this.#end.rekey());
    } catch (error) {
      this.#fail(asFault(error));
    }
  }

  // The end

  #lost(what: string, cause?: unknown): void {
    if (this.#state === "ended") return;
    const error = transportLost(what, cause);
    // ssh2, which hears of it next, knows better why a handshake ended.
    if (!this.ready.settled) process.nextTick(() => this.#fail(error));
    else if (this.ours || this.streams.size > 0 || cause !== undefined) this.#fail(error);
    else this.#onClose({ code: 0, reason: "", remote: true });
  }

  #fail(error: StreamsError): void {
    if (this.#state === "ended") return;
    const fault = error.code === "ERR_PROTOCOL" ? (this.#ident.missing(error) ?? error) : error;
    this.#stop(fault);
    this.closed.reject(fault);
    if (CUT_OFF.includes(fault.code)) this.#hangUp.now();
    else this.#hangUp.politely(() => this.#end.disconnect(), HANG_UP);
  }

  #onClose(info: CloseInfo): void {
    const reason = info.reason === "" ? "" : ` (${info.reason})`;
    this.#stop(new StreamsError("ERR_SESSION_CLOSED", `The peer closed the session${reason}.`, { remote: true }));
    this.#closeWhenGone(info, HANG_UP);
  }

  /** @param patience milliseconds for the peer to hang up too. Resolves when the connection is gone */
  endCleanly(code: number, reason: string, patience: number = HANG_UP): Promise<void> {
    if (this.#state !== "ended") {
      this.#turns.flush();
      this.control.close(code, reason);
      this.#stop(new StreamsError("ERR_SESSION_CLOSED", "The session was closed by this end."));
      this.#closeWhenGone({ code, reason, remote: false }, patience);
    }
    return this.#hangUp.gone;
  }

  #closeWhenGone(info: CloseInfo, patience: number): void {
    this.#hangUp.politely(() => this.#end.disconnect(), patience);
    void this.#hangUp.gone.then(() => this.closed.resolve(info));
  }

  /** Ends every stream and promise of the session. */
  #stop(error: StreamsError): void {
    this.#state = "ended";
    this.error = error;
    this.#watch.stop();
    this.outbound.end(error);
    for (const stream of [...this.streams.values()]) stream.fail(error, "keep");
    this.streams.clear();
    this.acceptor.close();
    this.control.end(error);
    this.ready.reject(error);
    if (error.code === "ERR_SESSION_CLOSED") this.drained.resolve();
    else this.drained.reject(error);
  }

  #checkDrained(): void {
    if (this.#state === "draining" && this.streams.size === 0) this.drained.resolve();
  }
}

function silent(): StreamsError {
  return new StreamsError("ERR_TIMEOUT", "The peer was silent for too long; connect anew.", { remote: true });
}
