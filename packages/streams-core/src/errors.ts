// Every error of Streams. Match on `code`: it is API, and survives two copies of this package in one process.

/** What went wrong. Messages say what to do about it. */
export type ErrorCode =
  // one stream
  | "ERR_REFUSED" // the accepter refused the stream, or never saw it; retryable
  | "ERR_RESET" // one end reset the stream or the connection; `remote` tells which
  | "ERR_CLOSED" // written after close()
  | "ERR_READ_PENDING" // a second read while one waits
  | "ERR_HEADERS_TOO_LARGE"
  | "ERR_HEADERS_INVALID"
  // the session
  | "ERR_SESSION_CLOSED" // it was closed, by `remote` or by this end
  | "ERR_SESSION_DRAINING" // no new streams: shutdown() was called, or the peer is draining
  | "ERR_STREAMS_EXHAUSTED" // the wire has no stream ids left; connect anew
  | "ERR_LISTENING" // the session has a listener already
  | "ERR_UNSUPPORTED" // the wire cannot do it; see `features`
  | "ERR_PROTOCOL" // the peer broke the wire's rules
  | "ERR_FLOW_CONTROL" // the peer sent more than it was allowed
  | "ERR_CALM" // the peer floods; the session was closed to protect this process
  | "ERR_INTERNAL" // a fault of this package
  // the connection
  | "ERR_TRANSPORT_LOST" // the connection broke or ended with streams open
  | "ERR_TIMEOUT" // nothing came in time: handshake, keepalive, write stall
  | "ERR_WRONG_PROTOCOL" // the peer speaks something else
  | "ERR_UNREACHABLE" // nothing answers at the address
  | "ERR_ADDRESS_IN_USE"
  | "ERR_UNTRUSTED" // TLS certificate, SSH host key or Origin not trusted
  | "ERR_AUTH_FAILED" // password, key or token not accepted
  | "ERR_CHILD_FAILED" // the child process did not start, or ended
  // configuration
  | "ERR_SCHEME_UNKNOWN"
  | "ERR_OPTION_INVALID";

export interface StreamsErrorDetails {
  readonly remote?: boolean;
  readonly retryable?: boolean;
  readonly resetCode?: number | undefined;
  readonly headers?: Headers | undefined;
  readonly cause?: unknown;
}

export class StreamsError extends Error {
  override readonly name = "StreamsError";
  readonly code: ErrorCode;
  /** Whether the peer caused it. */
  readonly remote: boolean;
  /** True exactly when the peer certainly did not act on the stream, so that opening it again elsewhere is safe. */
  readonly retryable: boolean;
  /** The code the peer gave to `reset`, or to its refusal, where the wire carries one. */
  readonly resetCode: number | undefined;
  /** With ERR_REFUSED: the headers the accepter refused with. */
  readonly headers: Headers | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    { remote = false, retryable = false, resetCode, headers, cause }: StreamsErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.remote = remote;
    this.retryable = retryable;
    this.resetCode = resetCode;
    this.headers = headers;
  }
}

/** Whether `error` is a StreamsError, of the given code if one is given. */
export function isStreamsError(error: unknown, code?: ErrorCode): error is StreamsError {
  return (
    error instanceof Error &&
    error.name === "StreamsError" &&
    "code" in error &&
    (code === undefined || error.code === code)
  );
}
