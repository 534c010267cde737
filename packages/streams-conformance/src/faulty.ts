// A transport that is as bad as a network may be: what arrives comes late, in small pieces, stops coming, or breaks off.

import { type Conn, type OpOptions, type Server, StreamsError, type Transport } from "streams-core";
import { accepted, chunks, handled, Inbox, milliseconds, READY, wholeNumber } from "streams-core/kit";

/** Milliseconds' worth of bytes that a line of limited bandwidth gives at a time. */
const GRAIN_MS = 10;

/** What to do to the bytes that arrive at a connection. All default to doing nothing. */
export interface Faults {
  /** Milliseconds by which each chunk is late. */
  readonly latency?: number;
  /** Bytes a second that arrive at most. */
  readonly bandwidth?: number;
  /** Bytes that one read gives at most. */
  readonly slice?: number;
  /** Bytes after which nothing more arrives, and nothing says so. */
  readonly stallAfter?: number;
  /** Bytes after which the connection breaks with ERR_TRANSPORT_LOST. */
  readonly breakAfter?: number;
}

/** The transport, whose connections have these faults at both ends. @throws ERR_OPTION_INVALID */
export function faulty(transport: Transport, faults: Faults): Transport {
  checked(faults);
  const serve: Transport["serve"] = async (url, o) => faultyServer(await transport.serve(url, o), faults);
  return {
    dial: (url, o) => handled(transport.dial(url, o).then((conn) => faultyConn(conn, faults))),
    serve: (url, o) => handled(serve(url, o)),
  };
}

/** The connection, with these faults in what arrives at this end. @throws ERR_OPTION_INVALID */
export function faultyConn(conn: Conn, faults: Faults): Conn {
  return new FaultyConn(conn, checked(faults));
}

function checked({ latency, bandwidth, slice, stallAfter, breakAfter }: Faults): Required<Faults> {
  const never = Number.MAX_SAFE_INTEGER;
  return {
    latency: latency === undefined ? 0 : milliseconds("latency", latency, 1),
    bandwidth: wholeNumber("bandwidth", bandwidth, never),
    slice: wholeNumber("slice", slice, never),
    stallAfter: wholeNumber("stallAfter", stallAfter, never, { min: 0 }),
    breakAfter: wholeNumber("breakAfter", breakAfter, never, { min: 0 }),
  };
}

function faultyServer(server: Server<Conn>, faults: Faults): Server<Conn> {
  const accept = (o?: OpOptions): Promise<Conn | null> =>
    handled(server.accept(o).then((conn) => conn && faultyConn(conn, faults)));
  return {
    url: server.url,
    accept,
    close: () => server.close(),
    [Symbol.asyncIterator]: () => accepted({ accept }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

class FaultyConn implements Conn {
  readonly #inner: Conn;
  readonly #faults: Required<Faults>;
  /** Holds one piece at a time: what is taken makes room for the next. */
  readonly #inbox: Inbox = new Inbox(() => this.#feed());
  #rest: Uint8Array = new Uint8Array(0);
  #arrived = 0;
  /** When the line is free for the next piece, and the timer that waits for that or for a late chunk. */
  #freeAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #fetching = false;
  #closing = false;
  #over = false;

  constructor(inner: Conn, faults: Required<Faults>) {
    this.#inner = inner;
    this.#faults = faults;
    const over = (): void => {
      this.#over = true;
    };
    inner.closed.then(over, over);
  }

  get closed(): Promise<void> {
    return this.#inner.closed;
  }

  read(options?: OpOptions): Promise<Uint8Array | null> {
    const reading = this.#inbox.read(options);
    this.#feed();
    return reading;
  }

  write(chunk: Uint8Array, options?: OpOptions): Promise<void> {
    return this.#inner.write(chunk, options);
  }

  close(options?: OpOptions): Promise<void> {
    this.#closing ||= !options?.signal?.aborted;
    return this.#inner.close(options);
  }

  reset(code?: number): void {
    if (this.#over) return;
    this.#inner.reset(code);
    clearTimeout(this.#timer);
    this.#rest = new Uint8Array(0);
    this.#inbox.abandon(new StreamsError("ERR_RESET", "The connection was reset by this end."));
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return chunks(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closing) this.reset();
    return READY;
  }

  #feed(): void {
    if (this.#inbox.size > 0 || this.#inbox.ended) return;
    const { bandwidth, slice, stallAfter, breakAfter } = this.#faults;
    if (this.#arrived >= breakAfter) return this.#break();
    const grain = Math.max(1, Math.floor((bandwidth * GRAIN_MS) / 1000));
    const room = Math.min(grain, slice, stallAfter - this.#arrived, breakAfter - this.#arrived);
    if (room === 0) return;
    if (this.#rest.byteLength === 0) return this.#fetch();
    if (!this.#isFree()) return;
    const piece = this.#rest.subarray(0, room);
    this.#rest = this.#rest.subarray(room);
    this.#arrived += piece.byteLength;
    this.#freeAt += (piece.byteLength * 1000) / bandwidth;
    this.#inbox.push(piece);
  }

  /** Whether the line has passed on what was before; otherwise feeds again when it has. */
  #isFree(): boolean {
    if (this.#timer !== undefined) return false;
    const now = performance.now();
    // A timer that was late is made up for, an idle time is not.
    this.#freeAt = Math.max(this.#freeAt, now - GRAIN_MS);
    if (this.#freeAt <= now) return true;
    this.#after(Math.ceil(this.#freeAt - now), () => this.#feed());
    return false;
  }

  #after(milliseconds: number, act: () => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      act();
    }, milliseconds);
  }

  #fetch(): void {
    if (this.#fetching) return;
    this.#fetching = true;
    const { latency } = this.#faults;
    this.#inner.read().then(
      (chunk) => (latency === 0 || this.#over ? this.#take(chunk) : this.#after(latency, () => this.#take(chunk))),
      (error) => this.#inbox.fail(error),
    );
  }

  #take(chunk: Uint8Array | null): void {
    this.#fetching = false;
    if (chunk === null) return this.#inbox.end();
    this.#rest = chunk;
    this.#feed();
  }

  #break(): void {
    this.#inner.reset();
    this.#inbox.fail(
      new StreamsError("ERR_TRANSPORT_LOST", "The connection broke, as it was told to.", { remote: true }),
    );
  }
}
