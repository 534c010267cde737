// Streams that the peer opens: from the offer of a channel to the decision.

import { isStreamsError, type Stream, StreamsError } from "streams-core";
import { type Acceptor, encodeHeaders, type HeaderLimits, type Inbound } from "streams-core/kit";
import { quietly } from "./channel.js";
import type { Control } from "./control.js";
import type { Offer } from "./end.js";
import { decodeOrigin } from "./origin.js";
import { malformed } from "./records.js";
import { headersOf } from "./stock.js";
import { keyOf, SshStream, type StreamHost } from "./stream.js";

const EMPTY = new Uint8Array(0);

export interface InboundSetting {
  readonly host: StreamHost;
  readonly acceptor: Acceptor;
  readonly streams: Map<number, SshStream>;
  readonly role: "client" | "server";
  readonly headerLimits: HeaderLimits;
  readonly most: number;
  /** Whether the session takes streams. */
  open(): boolean;
  readonly control: Control;
}

/** How a decision reaches the peer. */
interface Answer {
  /** May throw if the headers do not fit. */
  accept(reply: Headers | undefined): void;
  refuse(headers: Headers | undefined, code: number | undefined, told: () => void): void;
}

export class InboundStreams {
  readonly #setting: InboundSetting;
  readonly #undecided = new Map<SshStream, Inbound>();
  /** How many are open. */
  open = 0;
  accepted = 0;
  /** The last one seen. */
  lastNumber = 0;

  constructor(setting: InboundSetting) {
    this.#setting = setting;
  }

  /** The stream ended; if nobody has decided about it, nobody needs to any more. */
  withdraw(stream: SshStream): void {
    const inbound = this.#undecided.get(stream);
    if (inbound === undefined) return;
    this.#undecided.delete(stream);
    this.#setting.acceptor.withdraw(inbound);
  }

  /** A stream of our own kind. @throws ERR_PROTOCOL */
  ours(offer: Offer, number: number, origin: string): void {
    if (number <= this.lastNumber) throw malformed("a stream number that is not higher than the one before");
    this.lastNumber = number;
    const block = this.#headerBlock(origin);
    if (block === undefined || !this.#setting.open() || this.open >= this.#setting.most) {
      this.#setting.control.refuse(number, undefined, EMPTY, () => quietly(() => offer.reject()));
      return;
    }
    const stream = this.#add(number, block);
    stream.attach(offer.accept());
    this.#offer(stream, {
      accept: (reply) => {
        const headers = reply === undefined ? EMPTY : encodeHeaders(reply, this.#setting.headerLimits);
        this.#setting.control.accept(number, headers);
      },
      refuse: (headers, code, told) => this.#setting.control.refuse(number, code, this.#refusal(headers), told),
    });
  }

  /** A channel of a stock peer. */
  stock(offer: Offer): void {
    let headers: Headers;
    try {
      headers = headersOf(offer.target, this.#setting.role);
    } catch {
      offer.reject();
      return;
    }
    if (offer.target.type === "session") this.#stockSession(offer, headers);
    else this.#stockForward(offer, headers);
  }

  /** It is taken at once: ssh2 drops what a client sends to a command before that. A refusal is the status of the command. */
  #stockSession(offer: Offer, headers: Headers): void {
    if (!this.#setting.open() || this.open >= this.#setting.most) {
      offer.reject();
      return;
    }
    const stream = this.#add(this.lastNumber + 1, headers);
    this.lastNumber += 1;
    stream.attach(offer.accept());
    this.#offer(stream, { accept: () => {}, refuse: (_headers, _code, told) => told() });
  }

  /** It waits for the decision by itself. */
  #stockForward(offer: Offer, headers: Headers): void {
    this.#setting.acceptor.offer({
      headers,
      accept: () => {
        if (!this.#setting.open() || this.open >= this.#setting.most) {
          quietly(() => offer.reject());
          return undefined;
        }
        const channel = offer.accept();
        this.lastNumber += 1;
        const stream = this.#add(this.lastNumber, headers);
        stream.accept(EMPTY);
        stream.attach(channel);
        return this.#took(stream);
      },
      refuse: () => quietly(() => offer.reject()),
    });
  }

  /** Lets the application decide about a stream whose channel is open. */
  #offer(stream: SshStream, answer: Answer): void {
    const inbound: Inbound = {
      get headers() {
        return stream.headers;
      },
      accept: (reply) => {
        if (stream.over) return undefined;
        answer.accept(reply);
        this.#undecided.delete(stream);
        stream.accept(reply ?? EMPTY);
        return this.#took(stream);
      },
      refuse: (headers, code) => {
        if (stream.over) return;
        this.#undecided.delete(stream);
        stream.fail(new StreamsError("ERR_REFUSED", "The stream was refused by this end."), "drop");
        answer.refuse(headers, code, () => stream.closeChannel());
      },
    };
    this.#undecided.set(stream, inbound);
    this.#setting.acceptor.offer(inbound);
  }

  #add(number: number, headers: Headers | Uint8Array): SshStream {
    const stream = new SshStream(this.#setting.host, number, true, headers);
    this.#setting.streams.set(keyOf(stream), stream);
    this.open += 1;
    return stream;
  }

  #took(stream: SshStream): Stream {
    this.accepted += 1;
    return stream;
  }

  /** @returns undefined if they are larger than this end takes. @throws ERR_PROTOCOL */
  #headerBlock(origin: string): Uint8Array | undefined {
    try {
      return decodeOrigin(origin, this.#setting.headerLimits);
    } catch (error) {
      if (isStreamsError(error, "ERR_HEADERS_TOO_LARGE")) return undefined;
      throw error;
    }
  }

  /** A refusal must not fail: headers that do not fit are left out. */
  #refusal(headers: Headers | undefined): Uint8Array {
    try {
      return headers === undefined ? EMPTY : encodeHeaders(headers, this.#setting.headerLimits);
    } catch {
      return EMPTY;
    }
  }
}
