// The whole public contract: what a byte pipe, a stream, a session and a way to make sessions are, and what each call means.

/** Aborting rejects the operation with `signal.reason`. An aborted read loses nothing. An aborted write sent nothing, or resets. */
export interface OpOptions {
  readonly signal?: AbortSignal;
}

/** Whatever `new Headers()` takes. */
export type HeaderInit = ConstructorParameters<typeof Headers>[0];

/** A reliable, ordered byte pipe: a socket, a WebSocket, stdio, or a Stream. */
export interface Conn extends AsyncIterable<Uint8Array>, AsyncDisposable {
  /**
   * The next bytes, never empty, then `null` once and for ever after everything sent before the peer's half-close was read.
   * Reading is what returns credit to the peer. One read at a time.
   * @throws ERR_READ_PENDING while another read waits; ERR_RESET, ERR_TRANSPORT_LOST, … once what had arrived was read.
   */
  read(options?: OpOptions): Promise<Uint8Array | null>;
  /**
   * Takes the chunk, which belongs to the stream from the call on, and resolves when more may be written. Chunks leave in call
   * order, whole, whatever their size. An empty chunk sends nothing.
   * @throws ERR_CLOSED after `close()`; ERR_RESET, ERR_TRANSPORT_LOST, … when the pipe is gone.
   */
  write(chunk: Uint8Array, options?: OpOptions): Promise<void>;
  /** Half-close: everything written before it is delivered, then the peer reads the end. Reading goes on. Idempotent. */
  close(options?: OpOptions): Promise<void>;
  /**
   * Ends both directions now and drops what this end had not sent or read. Never throws; does nothing on an ended pipe.
   * @param code given to the peer where the wire carries one (`features.resetCode`). Default: the wire's "cancelled".
   */
  reset(code?: number): void;
  /** Resolves when both directions ended cleanly, rejects otherwise. Ignoring it never raises an unhandled rejection. */
  readonly closed: Promise<void>;
}

/** One of many independent byte pipes of a session. Leaving `for await` leaves it open; disposing resets it unless `close()` was called. */
export interface Stream extends Conn {
  /** Unique within its session, for logs. */
  readonly id: string;
  /** What the opener sent. Built on first use. */
  readonly headers: Headers;
  /** The accepter's reply headers. Rejects with ERR_REFUSED, whose `headers` are the accepter's. Pre-handled like `closed`. */
  readonly opened: Promise<Headers>;
}

/** What a {@link StreamHandler} decides about an inbound stream. Deciding nothing accepts. */
export type Decision =
  | { readonly accept: true; readonly headers?: HeaderInit }
  | { readonly accept: false; readonly headers?: HeaderInit; readonly code?: number };

/** Sees the opener's headers and accepts or refuses. One that throws refuses. */
export type StreamHandler = (headers: Headers) => Decision | void | Promise<Decision | void>;

/** The inbound streams of a session. A stream is accepted when the handler says so or, without a handler, when `accept` gives it out. */
export interface Listener extends AsyncIterable<Stream>, AsyncDisposable {
  /** The next inbound stream, or `null` when the listener or the session is closed. */
  accept(options?: OpOptions): Promise<Stream | null>;
  /** Refuses further inbound streams, and those nobody took yet, so that their opener may retry them elsewhere. */
  close(): Promise<void>;
}

/** RFC 9218: urgency 0 (first) to 7 (last), 3 by default; `incremental` says that streams of one urgency may share. */
export interface Priority {
  readonly urgency?: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;
  readonly incremental?: boolean;
}

export interface NewStreamOptions extends OpOptions {
  readonly priority?: Priority;
}

/** What this session's wire can do. Tests choose their cases by it, and test that it is true. */
export interface Features {
  /** How headers, reply headers and refusals travel: the wire has them, a preamble carries them between our own ends, or not at all. */
  readonly headers: "native" | "preamble" | "none";
  /** Which ends may call `newStream`. */
  readonly opens: "both" | "client";
  /** Whether an unread stream can hold up its siblings (`session`) or only itself (`stream`). */
  readonly flowControl: "stream" | "session";
  /** Whether one direction can end while the other goes on. */
  readonly halfClose: boolean;
  /** Whether the code given to `reset` reaches the peer. */
  readonly resetCode: boolean;
  /** Whether `ping` measures a round trip. */
  readonly ping: boolean;
  /** Whether `priority` orders what is sent. */
  readonly priority: boolean;
  /** Whether the wire can say "no new streams, and up to here I have seen". */
  readonly drain: boolean;
}

/** Why a stream does not move: the peer gave no credit, the transport is full, its reader is slow, or its accepter has not decided. */
export type Waiting = "nothing" | "credit" | "transport" | "reader" | "accept";

export interface StreamStats {
  readonly id: string;
  /** Bytes the peer still takes; `undefined` where the wire or library does not tell. */
  readonly sendCredit: number | undefined;
  /** Bytes we still take. */
  readonly receiveCredit: number | undefined;
  /** Bytes written here and not yet handed to the transport. */
  readonly unsent: number;
  /** Bytes received and not yet read here. */
  readonly unread: number;
  readonly waiting: Waiting;
}

/** A snapshot; counters count from the start of the session. */
export interface SessionStats {
  /** Bytes taken from and given to the transport. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Streams open now, opened by this end, and accepted by it. */
  readonly streamsOpen: number;
  readonly streamsOpened: number;
  readonly streamsAccepted: number;
  /** Last measured round trip in milliseconds. */
  readonly roundTrip: number | undefined;
  /** The open streams, looked at only when called. */
  streams(): Iterable<StreamStats>;
}

/** How a session ended. */
export interface CloseInfo {
  readonly code: number;
  readonly reason: string;
  /** Whether the peer ended it. */
  readonly remote: boolean;
}

/** A session: many streams over one connection. */
export interface StreamProvider extends AsyncDisposable {
  /** Final once `ready` resolves. */
  readonly features: Features;
  /** Resolves when the peer is known to speak this wire. Streams may be opened before. */
  readonly ready: Promise<void>;
  /**
   * Opens a stream without waiting for the peer: `stream.opened` tells whether it accepted.
   * @throws ERR_HEADERS_TOO_LARGE, ERR_HEADERS_INVALID, ERR_SESSION_CLOSED, ERR_SESSION_DRAINING, ERR_STREAMS_EXHAUSTED, ERR_UNSUPPORTED
   */
  newStream(headers?: HeaderInit, options?: NewStreamOptions): Promise<Stream>;
  /**
   * Takes inbound streams. Those that came before wait for it, up to the accept backlog.
   * @throws ERR_LISTENING while another listener of this session is open
   */
  listen(handler?: StreamHandler): Listener;
  /** A round trip in milliseconds. @throws ERR_UNSUPPORTED where `features.ping` is false */
  ping(options?: OpOptions): Promise<number>;
  stats(): SessionStats;
  /** Drain: no new streams from either end, the open ones finish, then the session closes. Aborting it leaves the session draining. */
  shutdown(options?: OpOptions): Promise<void>;
  /** Ends the session and its open streams now. Idempotent. */
  close(info?: { readonly code?: number; readonly reason?: string }): Promise<void>;
  /** How the session ended; rejects if it failed. Pre-handled. */
  readonly closed: Promise<CloseInfo>;
}

/** What listens for connections or sessions. */
export interface Server<T> extends AsyncIterable<T>, AsyncDisposable {
  /** Where it listens: the URL asked for, with the port that was given out. */
  readonly url: URL;
  /** The next connection or session, or `null` once closed. */
  accept(options?: OpOptions): Promise<T | null>;
  /** Stops listening. What was accepted lives on; what nobody took is reset. */
  close(): Promise<void>;
}

/** Makes a session of a connection. */
export type Mux = (conn: Conn, role: "client" | "server") => StreamProvider;

/** Changes a session's behaviour and keeps its contract. */
export type Wrapper = (inner: StreamProvider) => StreamProvider;

/** Makes connections. */
export interface Transport {
  dial(url: URL, options?: OpOptions): Promise<Conn>;
  serve(url: URL, options?: OpOptions): Promise<Server<Conn>>;
}

/** Makes sessions: a mux over a transport, see `over`. */
export interface Backend {
  connect(url: URL, options?: OpOptions): Promise<StreamProvider>;
  serve(url: URL, options?: OpOptions): Promise<Server<StreamProvider>>;
}
