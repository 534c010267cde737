// A wire of others, spoken in two ways: to its originals exactly as they have it, and to our own ends with everything that the
// contract of streams-core asks for. Which of the two it is, the peer's first frame tells.

import { type Features, type Mux, StreamsError } from "streams-core";
import { broken, byPeer, milliseconds, oneOf } from "streams-core/kit";
import type { Codec, CodecOptions, CodecSink, MakeCodec } from "./codec.js";
import { engineMux } from "./drive.js";
import * as X from "./extension.js";
import { RelayingSink } from "./forwarding-sink.js";
import { limitsOf, type SessionOptions } from "./options.js";
import type { Output } from "./output.js";
import type { Policy } from "./policy.js";
import {
  ACK,
  FIN,
  type Ids,
  type PeerParameters,
  type Role,
  type SessionEnd,
  type Sink,
  SYN,
  type Wire,
} from "./wire.js";

export interface BilingualOptions extends SessionOptions, CodecOptions {}

/** What our own ends can do over any wire; who has headers natively sends them so. */
const OWN_FEATURES: Features = {
  headers: "preamble",
  opens: "both",
  flowControl: "stream",
  halfClose: true,
  resetCode: true,
  ping: true,
  priority: true,
  drain: true,
};
/** Bytes that our own ends may send on a new stream at most, and where the wire has no windows. */
const OWN_WINDOW = 256 * 1024;
const OWN_WINDOW_OF_NONE = 64 * 1024;
const DEFAULT_URGENCY = 3;
const PEERS = ["auto", "stock", "streams"] as const;
const NO_BLOCK = new Uint8Array(0);

/** A mux out of a codec. @throws ERR_OPTION_INVALID */
export function bilingualMux(make: MakeCodec, options: BilingualOptions = {}): Mux {
  return engineMux(bilingualWire(make, options), options);
}

/** The wire alone, for those who drive its sessions themselves. @throws ERR_OPTION_INVALID */
export function bilingualWire(make: MakeCodec, options: BilingualOptions = {}): (role: Role) => Wire {
  const peer = oneOf("peer", options.peer, "auto", PEERS);
  const { signTimeout: asked } = options;
  const signTimeout = asked === Number.POSITIVE_INFINITY ? asked : milliseconds("signTimeout", asked, 5000);
  const { initialWindow } = limitsOf(options);
  return (role) => new Bilingual(make(role), peer, signTimeout, initialWindow);
}

class Bilingual implements Wire {
  readonly ids: Ids;
  readonly holdsOpenings: boolean;
  readonly known?: PeerParameters;
  readonly patience?: number;
  features: Features;
  policy: Policy;
  leastWindow: number;
  readonly earlyCredit: number;
  readonly earlyFrame: number;

  credit: Wire["credit"];
  reset: Wire["reset"];
  refuse: Wire["refuse"];
  end: Wire["end"];
  acknowledge: Wire["acknowledge"];
  stop: Wire["stop"];
  abort: Wire["abort"];
  ping: Wire["ping"];
  pong: Wire["pong"];
  beacon: Wire["beacon"];
  drain: Wire["drain"];
  admit: Wire["admit"];
  forget: Wire["forget"];

  readonly #codec: Codec;
  readonly #peer: "auto" | "stock" | "streams";
  readonly #initialWindow: number;
  readonly #reserve: X.Reserve;
  readonly #announce: ReturnType<typeof X.writer>;
  readonly #accept: ReturnType<typeof X.writer>;
  readonly #ownWindow: number;
  /** What an original was taken to have. */
  #stockWindow = 0;
  /** Whether the peer is one of ours; undefined while nobody knows. */
  #ours: boolean | undefined;
  #ear: Ear | undefined;

  constructor(codec: Codec, peer: "auto" | "stock" | "streams", signTimeout: number, initialWindow: number) {
    this.#codec = codec;
    this.#peer = peer;
    this.#initialWindow = initialWindow;
    this.ids = codec.ids;
    const { window, ownWindow = Number.isFinite(window) ? Math.min(window, OWN_WINDOW) : OWN_WINDOW_OF_NONE } = codec;
    this.#ownWindow = ownWindow;
    this.#reserve = (out, id, length) => codec.extension(out, id, length);
    this.#announce = X.writer(this.#reserve, X.OPEN);
    this.#accept = X.writer(this.#reserve, X.ACCEPT);
    this.holdsOpenings = peer === "auto";
    this.features = { ...OWN_FEATURES, headers: codec.features.headers === "native" ? "native" : "preamble" };
    this.policy = { endApart: codec.policy.endApart ?? false };
    this.earlyCredit = this.#ownWindow;
    this.earlyFrame = codec.maxFrame;
    this.leastWindow = this.#ownWindow;
    this.end = codec.end?.bind(codec);
    this.forget = codec.forget?.bind(codec);
    this.reset = codec.reset.bind(codec);
    this.refuse = codec.refuse.bind(codec);
    if (peer === "auto" && Number.isFinite(signTimeout)) this.patience = signTimeout;
    if (peer === "stock") this.known = this.#turnStock();
    if (peer === "streams") this.#turnOurs();
  }

  get sessionRoom(): number {
    return this.#ours === false ? (this.#codec.sessionRoom ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  }

  start(out: Output): void {
    this.#codec.start(out, this.#peer !== "stock");
  }

  receive(chunk: Uint8Array, sink: Sink): void {
    this.#ear ??= new Ear(sink, this.#ours === true, (ours) => this.#recognized(ours));
    this.#codec.receive(chunk, this.#ear);
  }

  silence(): PeerParameters {
    return this.#turnStock();
  }

  data(out: Output, id: number, length: number, flags: number, block: Uint8Array, urgency: number): void {
    const codec = this.#codec;
    let rest = flags;
    let words = block;
    if (this.#ours && this.features.headers === "preamble") {
      if (flags & SYN && (block.length > 0 || urgency !== DEFAULT_URGENCY)) this.#announce(out, id, urgency, block);
      if (flags & ACK) this.#accept(out, id, 0, block);
      rest = flags & ~ACK;
      words = NO_BLOCK;
    }
    const more = flags & (SYN | ACK) ? this.#extraWindow() : 0;
    if (more > 0) {
      if (rest & (SYN | ACK)) codec.data(out, id, 0, rest & (SYN | ACK), words, urgency);
      this.credit?.(out, id, more);
      rest &= FIN;
      words = NO_BLOCK;
    }
    if (length > 0 || rest > 0) codec.data(out, id, length, rest, words, urgency);
  }

  close(out: Output, lastId: number, end: SessionEnd): void {
    if (this.#ours) X.writeClose(this.#reserve, out, lastId, end);
    this.#codec.close(out, lastId, end);
  }

  /** The peer's first frame is there: what it says of itself. */
  #recognized(ours: boolean): PeerParameters | undefined {
    if (this.#ours === undefined) return ours ? this.#turnOurs() : this.#turnStock();
    if (this.#peer === "stock" || this.#ours === ours) return this.#peer === "streams" ? this.#own : this.#toldLate();
    throw ours ? lateSign() : foreign();
  }

  /** An original was taken for one before its first frame said how large its windows are. */
  #toldLate(): PeerParameters | undefined {
    const parameters = this.#ofStock;
    return parameters.window === this.#stockWindow ? undefined : parameters;
  }

  get #ofStock(): PeerParameters {
    const { window, sendWindow = window, maxFrame } = this.#codec;
    return { window: sendWindow, maxFrame };
  }

  get #own(): PeerParameters {
    const { maxFrame, ownMaxFrame = maxFrame } = this.#codec;
    return { window: this.#ownWindow, maxFrame: ownMaxFrame };
  }

  #turnOurs(): PeerParameters {
    const codec = this.#codec;
    const reserve = this.#reserve;
    this.#ours = true;
    if (this.#ear !== undefined) this.#ear.ours = true;
    this.credit = codec.credit?.bind(codec) ?? X.writer(reserve, X.CREDIT);
    this.reset = X.writer(reserve, X.RESET);
    this.refuse = X.writer(reserve, X.REFUSE);
    this.stop = X.writer(reserve, X.STOP);
    this.abort = X.writer(reserve, X.ABORT);
    this.ping = X.sessionWriter(reserve, X.PING);
    this.pong = X.sessionWriter(reserve, X.PONG);
    this.drain = X.sessionWriter(reserve, X.DRAIN);
    return this.#own;
  }

  #turnStock(): PeerParameters {
    const codec = this.#codec;
    this.#ours = false;
    this.features = codec.features;
    this.policy = codec.policy;
    this.leastWindow = Number.isFinite(codec.window) ? codec.window : 0;
    this.credit = codec.credit?.bind(codec);
    this.acknowledge = codec.acknowledge?.bind(codec);
    this.ping = codec.ping?.bind(codec);
    this.pong = codec.pong?.bind(codec);
    this.beacon = codec.beacon?.bind(codec);
    this.drain = codec.drain?.bind(codec);
    this.admit = codec.admit?.bind(codec) ?? admitNone;
    const parameters = this.#ofStock;
    this.#stockWindow = parameters.window;
    return parameters;
  }

  /** What the session's streams may receive beyond what the wire gives them. */
  #extraWindow(): number {
    const given = this.#ours ? this.#ownWindow : this.#codec.window;
    return Math.max(0, this.#initialWindow - given);
  }
}

/** Hears what the codec reads, and understands the extension frames among it. */
class Ear extends RelayingSink<Sink> implements CodecSink {
  /** Whether the peer is one of ours. */
  ours: boolean;
  readonly #recognize: (ours: boolean) => PeerParameters | undefined;
  #recognized = false;
  /** What came ahead of an opening. */
  #announced: { readonly id: number; readonly urgency: number; readonly block: Uint8Array } | undefined;

  constructor(sink: Sink, ours: boolean, recognize: (ours: boolean) => PeerParameters | undefined) {
    super(sink);
    this.ours = ours;
    this.#recognize = recognize;
  }

  /** Whoever the peer was at first it remains. */
  recognized(ours: boolean): void {
    if (this.#recognized) return;
    this.#recognized = true;
    const parameters = this.#recognize(ours);
    if (parameters !== undefined) this.next.hello(parameters);
  }

  extension(id: number, body: Uint8Array): void {
    const { next } = this;
    if (!this.ours) throw broken("sent an extension frame, but no sign that it is an end of Streams");
    const { kind, value, rest } = X.parse(id, body);
    if (kind === X.OPEN) this.#announce(id, value, rest);
    else if (kind === X.ACCEPT) next.accept(id, rest);
    else if (kind === X.REFUSE) next.refuse(id, value, rest);
    else if (kind === X.RESET) next.reset(id, value);
    else if (kind === X.ABORT) next.abort(id, value);
    else if (kind === X.STOP) next.stop(id, value);
    else if (kind === X.CREDIT) next.credit(id, value);
    else if (kind === X.PING) next.ping(value);
    else if (kind === X.PONG) next.pong(value);
    else if (kind === X.DRAIN) next.drain(value);
    else {
      const { code, reason } = X.parseEnd(rest);
      next.close(value, code, reason, kind === X.FAIL);
    }
  }

  override open(id: number, block: Uint8Array, urgency: number, length: number): void {
    const announced = this.#announced;
    if (announced === undefined) return this.next.open(id, block, urgency, length);
    this.#announced = undefined;
    if (announced.id !== id) throw broken(`announced stream ${announced.id} and opened stream ${id}`);
    this.next.open(id, announced.block, announced.urgency, length);
  }

  /** One of ours drains by an extension frame: this one closes, before it heard who we are, and has taken nothing of ours. */
  override drain(lastId: number): void {
    if (this.ours) this.next.close(0, 0, "", false);
    else this.next.drain(lastId);
  }

  override close(lastId: number, code: number, reason: string, failed: boolean): void {
    this.next.close(this.ours ? 0 : lastId, code, reason, failed);
  }

  #announce(id: number, urgency: number, block: Uint8Array): void {
    if (this.#announced !== undefined || urgency > 7) throw broken(`announced stream ${id} with urgency ${urgency}`);
    this.#announced = { id, urgency, block };
  }
}

/** Towards an original that has no headers. @throws ERR_UNSUPPORTED */
function admitNone(block: Uint8Array): void {
  if (block.length === 0) return;
  throw new StreamsError(
    "ERR_UNSUPPORTED",
    "The peer is no end of Streams and its wire has no headers; open the stream without any (features.headers).",
  );
}

function lateSign(): StreamsError {
  const how = 'raise signTimeout, or set peer to "streams" at both ends';
  return byPeer("ERR_TIMEOUT", `The peer turned out to be an end of Streams after signTimeout; ${how}.`);
}

function foreign(): StreamsError {
  const how = 'set peer to "auto" or "stock"';
  return byPeer("ERR_WRONG_PROTOCOL", `The peer is no end of Streams, which the option peer says it is; ${how}.`);
}
