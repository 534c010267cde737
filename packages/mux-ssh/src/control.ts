// The control channel between our own ends. SSH delivers the messages of all channels in one order, so a record that was sent
// before something on another channel arrives before it.

import type { Channel } from "ssh2";
import type { CloseInfo, StreamsError } from "streams-core";
import { Bucket, printable } from "streams-core/kit";
import { tap, write } from "./channel.js";
import { floods } from "./faults.js";
import { Pings } from "./pings.js";
import {
  ACCEPT,
  type Body,
  CLOSE,
  CREDIT,
  codeField,
  DRAIN,
  HELLO,
  malformed,
  PING,
  PONG,
  REFUSE,
  RESET,
  RecordReader,
  record,
} from "./records.js";
import type { Turns } from "./turns.js";

/** Pongs that may wait for a peer that asks and does not read, and refusals, which are as many as streams are opened in one go. */
const MOST = { pongs: 1000, refusals: 16_384 };
/** Bytes that may wait for the channel's own credit before that counts as not reading. */
const WAITING = 256 * 1024;

/** A stream as records name it: by who opened it and its number. */
export interface Named {
  readonly inbound: boolean;
  readonly number: number;
}

/** What the peer says. Any of these may throw what ends the session. */
export interface ControlEvents {
  hello(window: number): void;
  accepted(stream: Named, headers: Uint8Array): void;
  refused(stream: Named, code: number | undefined, headers: Uint8Array): void;
  reset(stream: Named, code: number | undefined): void;
  credit(stream: Named, bytes: number): void;
  drain(last: number): void;
  closed(info: CloseInfo): void;
  failed(error: unknown): void;
}

export class Control {
  readonly #turns: Turns;
  readonly #events: ControlEvents;
  readonly #reader = new RecordReader();
  readonly #resets = new Bucket(1000, 100);
  readonly #pings = new Pings((number) => this.#send(record(PING, number)));
  #queued: Uint8Array[] = [];
  #size = 0;
  #sent: (() => void)[] = [];
  #writing = false;
  #channel: Channel | undefined;
  #greeted = false;
  #unread = { pongs: 0, refusals: 0 };
  #over = false;

  constructor(turns: Turns, events: ControlEvents) {
    this.#turns = turns;
    this.#events = events;
  }

  get attached(): boolean {
    return this.#channel !== undefined;
  }

  get roundTrip(): number | undefined {
    return this.#pings.roundTrip;
  }

  /** The channel is open. The hello goes ahead of what was queued. */
  attach(channel: Channel, window: number): void {
    this.#channel = channel;
    this.#queued.unshift(record(HELLO, window));
    const ended = (): void => this.#fail(malformed("the end of the control channel"));
    tap(channel, { onData: (chunk) => this.#receive(chunk), onEnd: ended, onClosed: ended });
    this.flush();
  }

  accept(number: number, headers: Uint8Array): void {
    this.#send(record(ACCEPT, number, headers));
  }

  /** `told` is called when the refusal is ahead of whatever is sent next. */
  refuse(number: number, code: number | undefined, headers: Uint8Array, told: () => void): void {
    this.#answer("refusals", record(REFUSE, number, codeField(code), headers), told);
  }

  reset(stream: Named, code: number | undefined, told: () => void): void {
    this.#send(record(RESET, whose(stream), stream.number, codeField(code)), told);
  }

  credit(stream: Named, bytes: number): void {
    this.#send(record(CREDIT, whose(stream), stream.number, bytes));
  }

  drain(last: number): void {
    this.#send(record(DRAIN, last));
  }

  ping(signal: AbortSignal | undefined): Promise<number> {
    return this.#pings.ping(signal);
  }

  /** The last record. */
  close(code: number, reason: string): void {
    if (!this.attached) return;
    this.#send(record(CLOSE, code >>> 0, Buffer.from(reason.slice(0, 1000), "utf8")));
    this.flush();
  }

  /** The session ended: nothing is sent and nothing heard any more. */
  end(error: StreamsError): void {
    this.#over = true;
    this.#pings.fail(error);
  }

  /** Records of one tick leave together; one that something must follow leaves at once. */
  #send(bytes: Uint8Array, sent?: () => void): void {
    if (this.#over) return;
    this.#queued.push(bytes);
    this.#size += bytes.byteLength;
    this.#turns.gather();
    if (sent === undefined) return;
    this.#sent.push(sent);
    this.flush();
  }

  /** What was queued leaves now. */
  flush(): void {
    const channel = this.#channel;
    if (this.#over || channel === undefined || this.#writing || this.#queued.length === 0) return;
    const sent = this.#sent;
    const bytes = Buffer.concat(this.#queued);
    this.#queued = [];
    this.#sent = [];
    this.#size = 0;
    this.#writing = true;
    write(channel, bytes, () => {
      this.#writing = false;
      for (const told of sent) told();
      this.flush();
    });
  }

  /** Sends what the peer caused, unless it causes more and more without reading. */
  #answer(kind: keyof typeof MOST, bytes: Uint8Array, sent?: () => void): void {
    if (this.#turns.room && this.#size < WAITING) this.#unread = { pongs: 0, refusals: 0 };
    else if (++this.#unread[kind] > MOST[kind]) return this.#fail(floods("asks without reading the answers"));
    this.#send(bytes, sent);
  }

  #receive(chunk: Buffer): boolean {
    if (this.#over) return false;
    try {
      this.#reader.push(chunk);
      for (let next = this.#reader.next(); next !== undefined && !this.#over; next = this.#reader.next()) {
        this.#hear(next.type, next.body);
      }
    } catch (error) {
      this.#fail(error);
    }
    return true;
  }

  #fail(error: unknown): void {
    if (!this.#over) this.#events.failed(error);
  }

  #hear(type: number, body: Body): void {
    // Hello comes first and once.
    if ((type === HELLO) === this.#greeted) throw malformed("a control record out of turn");
    const events = this.#events;
    switch (type) {
      case HELLO:
        return this.#hello(body.u32());
      case ACCEPT:
        return events.accepted({ inbound: false, number: body.u32() }, body.rest());
      case REFUSE:
        return events.refused({ inbound: false, number: body.u32() }, body.code(), body.rest());
      case RESET:
        return this.#reset(named(body), body.code());
      case CREDIT:
        return this.#credit(named(body), body.u32());
      case PING:
        return this.#answer("pongs", record(PONG, body.u32()));
      case PONG:
        return this.#pings.answered(body.u32());
      case DRAIN:
        return events.drain(body.u32());
      case CLOSE:
        return events.closed({ code: body.u32(), reason: printable(body.rest().toString("utf8")), remote: true });
    }
  }

  #hello(window: number): void {
    if (window === 0) throw malformed("a window of nothing");
    this.#greeted = true;
    this.#events.hello(window);
  }

  #reset(stream: Named, code: number | undefined): void {
    if (stream.inbound && !this.#resets.take(performance.now())) throw floods("opens and resets streams");
    this.#events.reset(stream, code);
  }

  #credit(stream: Named, bytes: number): void {
    if (bytes === 0) throw malformed("a credit of nothing");
    this.#events.credit(stream, bytes);
  }
}

/** 0 for a stream that the sender of the record opened, 1 for one that its receiver opened. */
function whose(stream: Named): Uint8Array {
  return Uint8Array.of(stream.inbound ? 1 : 0);
}

function named(body: Body): Named {
  return { inbound: body.u8() === 0, number: body.u32() };
}
