// The reference session: as simple as the contract allows, no wire but calls on the other end, and the faults that can be put into it.

import {
  type CloseInfo,
  type Features,
  type HeaderInit,
  type Listener,
  type NewStreamOptions,
  type OpOptions,
  type SessionStats,
  type Stream,
  type StreamHandler,
  type StreamProvider,
  StreamsError,
} from "streams-core";
import {
  Acceptor,
  encodeHeaders,
  handled,
  Outcome,
  READY,
  raceAbort,
  rejected,
  retryable,
  toHeaders,
} from "streams-core/kit";
import type { Fault } from "./faults.js";
import { FIRST, LAST, Link } from "./link.js";
import { type Home, RefStream } from "./stream.js";

export const FEATURES: Features = {
  headers: "native",
  opens: "both",
  flowControl: "stream",
  halfClose: true,
  resetCode: true,
  ping: true,
  priority: true,
  drain: true,
};

const BACKLOG = 128;

export interface ReferencePair {
  readonly client: StreamProvider;
  readonly server: StreamProvider;
  cut(): void;
}

export function referencePair(faults: ReadonlySet<Fault> = new Set(), features: Features = FEATURES): ReferencePair {
  const link = new Link();
  const client = new RefSession("client", link, faults, features);
  const server = new RefSession("server", link, faults, features);
  client.peer = server;
  server.peer = client;
  const cut = (): void => {
    link.broken = true;
    for (const end of [client, server]) setImmediate(() => end.lost());
  };
  return { client, server, cut };
}

/** For the fault that sessions share their streams. */
const everybody = new Set<RefStream>();

class RefSession implements StreamProvider, Home {
  readonly features: Features;
  readonly ready: Promise<void> = READY;
  peer: RefSession | undefined;
  credit = 64 * 1024;
  readonly #role: "client" | "server";
  readonly #link: Link;
  readonly #faults: ReadonlySet<Fault>;
  readonly #streams = new Set<RefStream>();
  readonly #acceptor: Acceptor;
  readonly #outcome = new Outcome<CloseInfo>();
  #draining = false;
  #shuttingDown = false;
  #error: StreamsError | undefined;
  #listener: Listener | undefined;
  #listening = false;
  #opened = 0;
  #accepted = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #roundTrip: number | undefined;

  constructor(role: "client" | "server", link: Link, faults: ReadonlySet<Fault>, features: Features) {
    this.#role = role;
    this.#link = link;
    this.#faults = faults;
    this.features = features;
    this.#acceptor = new Acceptor(faults.has("the backlog has no end") ? 1e9 : BACKLOG);
  }

  has(fault: Fault): boolean {
    return this.#faults.has(fault);
  }

  get closed(): Promise<CloseInfo> {
    return this.#outcome.promise;
  }

  newStream(init?: HeaderInit, options?: NewStreamOptions): Promise<Stream> {
    const signal = options?.signal;
    if (signal?.aborted && !this.has("newStream ignores its signal")) return rejected(signal.reason);
    if (this.#error !== undefined) return rejected(retryable(this.#error));
    if (this.#draining && !this.has("shutdown takes new streams")) {
      const message = "This session drains; open the stream on another one.";
      return rejected(new StreamsError("ERR_SESSION_DRAINING", message, { retryable: true }));
    }
    if (this.has("invalid headers throw")) toHeaders(init);
    let headers: Headers;
    try {
      if (!this.has("headers have no limit")) encodeHeaders(init);
      headers = toHeaders(init);
    } catch (error) {
      return rejected(error);
    }
    const stream = this.#open(headers, options?.priority?.urgency ?? 3);
    if (this.has("a late abort resets the stream")) signal?.addEventListener("abort", () => stream.reset());
    return this.has("newStream waits for the peer")
      ? handled(stream.opened.then(() => stream))
      : Promise.resolve(stream);
  }

  listen(handler?: StreamHandler): Listener {
    this.#listening = true;
    if (this.has("listening twice is allowed") && this.#listener !== undefined) return this.#listener;
    const faulty: StreamHandler | undefined =
      handler === undefined || !this.has("a fault of the handler accepts")
        ? handler
        : (headers) => {
            try {
              return handler(headers);
            } catch {
              return undefined;
            }
          };
    this.#listener = this.#acceptor.listen(faulty);
    if (this.has("closing the listener ends its streams")) {
      const listener = this.#listener;
      const close = listener.close.bind(listener);
      listener.close = () => {
        for (const stream of this.#streams) stream.reset();
        return close();
      };
    }
    return this.#listener;
  }

  ping(options?: OpOptions): Promise<number> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#error !== undefined) return rejected(this.#error);
    const begin = performance.now();
    const pong = new Promise<number>((resolve, reject) => {
      this.closed.then(() => reject(this.#error), reject);
      this.#link.send(FIRST, () => {
        this.#link.send(FIRST, () => {
          this.#roundTrip = performance.now() - begin;
          resolve(this.has("ping is zero") ? 0 : this.#roundTrip);
        });
      });
    });
    return handled(raceAbort(pong, signal));
  }

  stats(): SessionStats {
    if (this.has("statistics are zero")) {
      const nothing = { bytesIn: 0, bytesOut: 0, streamsOpen: 0, streamsOpened: 0, streamsAccepted: 0 };
      return { ...nothing, roundTrip: undefined, streams: () => [] };
    }
    return {
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      streamsOpen: this.#streams.size,
      streamsOpened: this.#opened,
      streamsAccepted: this.#accepted,
      roundTrip: this.#roundTrip,
      streams: () =>
        [...this.#streams].map(({ id, unread, unsent }) => ({
          id,
          unread,
          unsent,
          sendCredit: undefined,
          receiveCredit: undefined,
          waiting: "nothing" as const,
        })),
    };
  }

  shutdown(options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    const first = !this.#shuttingDown;
    this.#draining = true;
    this.#shuttingDown = true;
    if (first && this.#error === undefined) {
      this.#acceptor.close();
      if (this.has("shutdown resets what is open")) for (const stream of this.#streams) stream.reset();
      if (!this.has("a drain is not told")) this.#link.send(FIRST, () => this.peer?.onDrain());
      this.#finishDrain();
    }
    return handled(raceAbort(this.closed, signal).then(() => {}));
  }

  close(info: { readonly code?: number; readonly reason?: string } = {}): Promise<void> {
    if (this.#error !== undefined) return READY;
    const { code = 0, reason = "" } = info;
    if (!this.has("a close resolves only here")) {
      this.#link.send(LAST, () => this.peer?.onClose({ code, reason, remote: !this.has("a close is not remote") }));
    }
    this.onClose({ code, reason, remote: false });
    return READY;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What streams call. */

  send(stream: RefStream, bytes: number, run: (peer: RefStream) => void): void {
    this.#bytesOut += bytes;
    const { peer } = this;
    const urgency = this.has("priorities are ignored") ? 0 : stream.urgency;
    this.#link.send(urgency, () => {
      if (peer !== undefined) peer.#bytesIn += bytes;
      if (stream.peer !== undefined) run(stream.peer);
    });
  }

  ended(stream: RefStream): void {
    if (this.has("streams are counted for ever")) return;
    if (!this.has("a close ends finished streams")) this.#streams.delete(stream);
    this.#finishDrain();
  }

  resumeAll(): void {
    for (const stream of this.#streams) stream.resume();
  }

  /** What the other end calls. */

  onOpen(near: RefStream): void {
    if (this.#error !== undefined) return;
    const far = new RefStream(near.id, this.#received(near.headers), near.urgency, this);
    far.peer = near;
    near.peer = far;
    const refuse = (headers = new Headers(), code?: number): void => {
      const retryable = !this.has("a refusal is not retryable");
      const sent = this.has("a refusal loses its headers") ? new Headers() : this.#received(headers);
      this.#link.send(FIRST, () => {
        const details = { remote: true, retryable, headers: sent, resetCode: code };
        near.end(new StreamsError("ERR_REFUSED", "The peer refused the stream.", details));
      });
      far.peer = undefined;
      near.peer = undefined;
      this.ended(far);
    };
    if (this.has("early streams are refused") && !this.#listening) return refuse();
    this.#acceptor.offer({
      headers: far.headers,
      refuse,
      accept: (reply) => {
        if (far.peer === undefined) return undefined;
        encodeHeaders(reply);
        if (!this.has("accept opens nothing")) {
          const headers = this.has("a reply loses its headers")
            ? new Headers()
            : this.#received(reply ?? new Headers());
          this.#link.send(FIRST, () => near.reply.resolve(headers));
        }
        far.reply.resolve(reply ?? new Headers());
        this.#accepted += 1;
        this.#streams.add(far);
        return far;
      },
    });
  }

  onDrain(): void {
    this.#draining = true;
  }

  onClose(info: CloseInfo): void {
    if (this.#error !== undefined) return;
    const message = info.remote ? "The peer closed the session." : "The session was closed by this end.";
    this.#end(new StreamsError("ERR_SESSION_CLOSED", message, { remote: info.remote }));
    this.#outcome.resolve(info);
  }

  lost(): void {
    if (this.#error !== undefined) return;
    if (this.has("a loss is a close")) return this.onClose({ code: 0, reason: "", remote: true });
    const error = new StreamsError("ERR_TRANSPORT_LOST", "The connection broke.", { remote: true });
    this.#end(error);
    this.#outcome.reject(error);
  }

  #open(headers: Headers, urgency: number): RefStream {
    this.#opened += 1;
    const number = this.has("ids repeat") ? 0 : this.#opened;
    const stream = new RefStream(`${this.#role} ${number}`, headers, urgency, this);
    this.#streams.add(stream);
    everybody.add(stream);
    stream.closed.then(
      () => everybody.delete(stream),
      () => everybody.delete(stream),
    );
    if (this.has("each stream leaves a timer")) setTimeout(() => {}, 2000);
    this.#link.send(FIRST, () => this.peer?.onOpen(stream));
    return stream;
  }

  /** The headers as the other end sees them. */
  #received(headers: Headers): Headers {
    const received = new Headers();
    for (const [name, value] of headers) {
      if (name === "connection" && this.has("connection is dropped")) continue;
      if (value === "" && this.has("empty values are dropped")) continue;
      if (this.has("set-cookie is joined")) received.set(name, headers.get(name) ?? "");
      else received.append(name, value);
    }
    return received;
  }

  #finishDrain(): void {
    if (!this.#shuttingDown || this.#streams.size > 0 || this.#error !== undefined) return;
    if (!this.has("shutdown does not close")) void this.close();
  }

  #end(error: StreamsError): void {
    this.#error = error;
    this.#acceptor.close();
    const streams = this.has("sessions share their streams") ? everybody : this.#streams;
    const told = error.code !== "ERR_TRANSPORT_LOST" || !this.has("a loss is not told to streams");
    for (const stream of [...streams]) if (told) stream.end(error);
    this.#streams.clear();
  }
}
