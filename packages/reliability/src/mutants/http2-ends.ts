// How sessions of mux-http2 end, and connections below them that break.

import { file, gone, type Mutant } from "./mutant.js";

const FRAMES = [file("http2-frames")];
const OPENS = [file("http2-opens")];
const PUBLIC = [file("http2-public")];
const OVER_TCP = { tests: [file("transports-lost"), file("transports-killed")], within: "http2 tcp" };

export const HTTP2_ENDS: readonly Mutant[] = [
  {
    without: "hearing of the end of a connection before node:http2 does",
    file: "mux-http2/dist/session.js",
    ...gone('this.#duplex.on("end", this.#onEnd);'),
    rows: ["36"],
    ...OVER_TCP,
  },
  {
    without: "saying that the connection of an HTTP/2 session was lost",
    file: "mux-http2/dist/session.js",
    find: "this.fail(faults.transportLost(cause));",
    replace: "this.fail(faults.endedByPeer());",
    rows: ["34", "36", "37", "39"],
    ...OVER_TCP,
  },
  {
    without: "telling the end of an HTTP/2 stream from its reset",
    file: "mux-http2/dist/stream.js",
    find: "if (this.#wire?.rstCode !== NO_ERROR)\n            return;\n        this.#inbox.end();",
    replace: "this.#inbox.end();",
    rows: ["22", "28b", "34", "36"],
    tests: [...FRAMES, ...PUBLIC, file("transports-lost")],
    within: "http2( tcp)?",
  },
  {
    without: "errors on every stream of an HTTP/2 session that failed",
    file: "mux-http2/dist/session.js",
    ...gone("stream.fail(this.#side.above(stream, this.#lastId) ? unseen : error);"),
    rows: ["36", "37", "39"],
    ...OVER_TCP,
  },
  {
    without: "no more looking whether an HTTP/2 peer has heard the goodbye once the connection is gone",
    file: "mux-http2/dist/leave.js",
    ...gone("return () => clearInterval(timer);"),
    rows: ["44"],
    tests: [file("soak")],
    within: "http2",
  },
  {
    without: "giving up an HTTP/2 peer that is silent",
    file: "mux-http2/dist/keepalive.js",
    find: "this.#hooks.dead();",
    replace: "{ }",
    rows: ["35"],
    tests: [file("transports-stall")],
    within: "http2 tcp",
  },
  {
    without: "counting what came while the event loop stood still",
    file: "mux-http2/dist/keepalive.js",
    find: "if (this.#hooks.received() === this.#received)",
    replace: "if (true)",
    rows: ["43"],
    tests: [...PUBLIC, file("transports-blocked")],
    within: "http2( tcp)?",
  },
  {
    without: "making writers of HTTP/2 streams wait",
    file: "mux-http2/dist/stream.js",
    find: "if (waiting >= WRITE_AHEAD || (wire !== undefined && (waiting > 0 || wire.writableLength >= WRITE_AHEAD)))",
    replace: "if (false)",
    rows: ["38"],
    tests: PUBLIC,
  },
  {
    without: "the end of an HTTP/2 stream behind what waits",
    file: "mux-http2/dist/stream.js",
    find: "            if (outbox.size > 0)\n                return;\n",
    replace: "",
    rows: ["18", "42"],
    tests: [...PUBLIC, file("adapters-model")],
    within: "http2",
  },
  {
    without: "a goodbye that the peer has before the session is destroyed",
    file: "mux-http2/src/leave.ts",
    find: 'if (how === "closing" && !asks(wire, leaveNow))',
    replace: 'if (how === "closing")',
    names: ["a close of the", "may close at once"],
    tests: ["packages/mux-http2/test/goodbye.test.ts"],
  },
  {
    without: "saying of HTTP/2 streams that nobody saw that they may be opened again",
    file: "mux-http2/dist/codes.js",
    find: "headers, retryable = true)",
    replace: "headers, retryable = false)",
    rows: ["27", "41"],
    tests: [...OPENS, ...PUBLIC],
  },
  {
    without: "telling apart what the peer saw of a closed HTTP/2 session",
    file: "mux-http2/src/session.ts",
    find: "this.#side.above(stream, this.#lastId) ? unseen : error",
    replace: "error",
    names: ["a stream that the peer had not seen when it closed may be retried"],
    tests: ["packages/mux-http2/test/session.test.ts"],
  },
  {
    without: "waiting for what was written before an HTTP/2 session ends",
    file: "mux-http2/dist/session.js",
    find: "if (this.#streams.size > 0)\n            return;",
    replace: "",
    rows: ["40", "41"],
    tests: [...PUBLIC, file("transports-end")],
    within: "http2( tcp)?",
  },
  {
    without: "resetting what is left when an HTTP/2 session is closed",
    file: "mux-http2/dist/session.js",
    ...gone("stream.fail(this.#side.above(stream, this.#lastId) ? unseen : error);\n            stream.cut(CANCEL);"),
    rows: ["45"],
    tests: [...PUBLIC, file("transports-close")],
    within: "http2( tcp)?",
  },
];
