// The reliability scorecard: what a stream multiplexer must survive, and where each row is shown.

export const WIRES = ["native", "http2", "ssh", "yamux", "smux", "spdy", "muxado", "muxado1", "mio"] as const;
export const TRANSPORTS = ["tcp", "tls", "unix", "websocket", "stdio"] as const;

export interface ScorecardRow {
  readonly row: string;
  /** What is sent or done. */
  readonly what: string;
  /** What must happen. */
  readonly outcome: string;
}

/** Rows that are shown on every real transport as well. */
export const BROKEN_TRANSPORTS: ReadonlySet<string> = new Set(["34", "35", "36", "37", "38", "39", "40"]);

export const SCORECARD: readonly ScorecardRow[] = (
  [
    ["1", "a million random inputs per decoder", "a typed error or nothing; kept at most a frame and 64 KiB"],
    ["2", "recorded traces with mutations", "as 1; nothing is delivered after an error"],
    ["3", "a trace cut at every byte", "the same events as uncut"],
    ["4", "a header that announces gigabytes", "refused at the header"],
    ["5", "wrong version, type, flag, stream 0", "the session ends: protocol"],
    ["6", "counts larger than what holds them", "the session ends; nothing is allocated by a count"],
    ["7", "a bomb of headers", "the session ends at the limit"],
    ["8", "headers in endless fragments", "the session ends: calm"],
    ["9", "tiny data frames in large chunks", "kept at most four windows"],
    ["10", "invalid settings", "the session ends"],
    ["11", "a window that overflows", "the session ends: flow; the socket is destroyed"],
    ["12", "a byte more than the window", "the session ends: flow; the application sees nothing"],
    ["13", "100,000 window increments of zero", "the session ends: calm"],
    ["14", "100,000 empty data frames", "the session ends: calm"],
    ["15", "100,000 frames for streams that are over", "dropped without state; then calm"],
    ["16", "pongs delayed to look far away", "windows grow by the budget at most"],
    ["17", "one unread stream beside 1,000 others", "the thousand complete; it keeps its window"],
    ["18", "both ends write 16 MiB before either reads", "bounded while blocked; every byte arrives"],
    ["19", "a bulk stream and a small one", "two bulk frames between ready and sent"],
    ["20", "data on an id that was never opened", "the session ends: protocol"],
    ["21", "a reused or smaller id", "the session ends; neither stream gets it"],
    ["22", "data after the end; two ends; an end after a reset", "the application sees one end"],
    ["23", "credit after the end", "ignored"],
    ["24", "100,000 answers to nothing", "ignored"],
    ["25", "traffic on a stream nobody accepted", "bounded by its window"],
    ["26", "ids near their maximum", "the last opens; no wrap"],
    ["27", "10,000 opens that nobody accepts", "128 wait, the rest are refused retry-safe"],
    ["28", "100,000 streams opened and reset", "the session ends: calm; handlers bounded"],
    ["28b", "50,000 clean ends, 500 cancels", "no flood"],
    ["29", "frames that provoke resets", "handlers bounded; calm"],
    ["30", "100,000 refused opens", "the heap stays flat"],
    ["31", "100,000 pings, nothing read", "answers bounded, then the session ends"],
    ["32", "1,000 half-closed streams, silence", "reset after the linger"],
    ["33", "silence, or half a preface", "closed at the handshake limit"],
    ["34", "a cut after every byte", "an exact prefix; an end only if one came"],
    ["35", "a transport that stalls", "dead at keepalive or write stall"],
    ["36", "an end of the transport with open streams", "ERR_TRANSPORT_LOST, never a clean end"],
    ["37", "a transport that fails in the middle of a frame", "one typed error per stream"],
    ["38", "a transport that never drains", "the queue is bounded; writers wait"],
    ["38b", "as many unread streams as allowed, and one read", "it runs at full speed"],
    ["39", "the peer is killed under 100 streams", "all settle within a second"],
    ["40", "write, close, shut down", "exactly what was written, then the end"],
    ["41", "drain under load", "answered, or retryable and never seen"],
    ["42", "100,000 random operations", "equal to the model"],
    ["43", "the event loop blocked", "no false death"],
    ["44", "a million streams, 10,000 reconnects", "the heap stays flat; hashes equal"],
    ["45", "a server closed under load", "drains or resets by its deadline; the process exits"],
  ] as const
).map(([row, what, outcome]) => ({ row, what, outcome }));
