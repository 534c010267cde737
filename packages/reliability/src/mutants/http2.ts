// What mux-http2 guards itself against peers, where node:http2 and nghttp2 do not.

import { file, gone, type Mutant, never } from "./mutant.js";

const FLOODS = [file("http2-floods")];
const FRAMES = [file("http2-frames")];
const OPENS = [file("http2-opens")];
const PUBLIC = [file("http2-public")];

export const HTTP2: readonly Mutant[] = [
  {
    without: "hearing of what node:http2 finds wrong",
    file: "mux-http2/dist/session.js",
    ...gone('wire.on("error", (cause) => this.#broken(cause));'),
    rows: ["1", "2", "5", "10", "11", "20"],
    tests: FRAMES,
  },
  {
    without: "knowing a session that nghttp2 has given up without a word",
    file: "mux-http2/dist/deaf.js",
    ...never("looks > 1"),
    rows: ["4", "6", "20"],
    tests: FRAMES,
  },
  {
    without: "the number of fields that node:http2 takes",
    file: "mux-http2/dist/wire.js",
    find: "maxHeaderListPairs: options.headers.fields + EXTRA_FIELDS",
    replace: "maxHeaderListPairs: 100_000",
    rows: ["7"],
    tests: FRAMES,
  },
  {
    without: "knowing the floods that node:http2 finds",
    file: "mux-http2/dist/faults.js",
    ...never('FLOODS.includes(errno) || code === "ERR_HTTP2_TOO_MANY_INVALID_FRAMES"'),
    rows: ["8", "14", "15", "24", "29", "31"],
    tests: [...FRAMES, ...FLOODS, ...OPENS],
  },
  {
    without: "a listener for the errors of each HTTP/2 stream",
    file: "mux-http2/dist/carry.js",
    ...gone('wire.on("error", onError);'),
    rows: ["12", "22", "28", "29"],
    tests: [...FRAMES, ...OPENS],
  },
  {
    without: "taking over what a paused HTTP/2 stream still gets",
    file: "mux-http2/dist/carry.js",
    ...gone("Object.assign(wire, { push });"),
    rows: ["9"],
    tests: FLOODS,
  },
  {
    without: "knowing a window that overflows",
    file: "mux-http2/dist/faults.js",
    find: "errno === WINDOW_OVERFLOW",
    replace: "false",
    rows: ["11"],
    tests: FRAMES,
  },
  {
    without: "breaking the connection of an HTTP/2 peer off that holds it",
    file: "mux-http2/dist/leave.js",
    find: "wire?.destroy();\n            duplex.destroy();",
    replace: "",
    rows: ["11", "28", "33"],
    tests: [...FLOODS, ...FRAMES, ...OPENS],
  },
  {
    without: "an end to what is read ahead of the application",
    file: "mux-http2/dist/stream.js",
    find: "if (this.#inbox.size < READ_AHEAD)",
    replace: "if (true)",
    rows: ["17", "18", "25"],
    tests: PUBLIC,
  },
  {
    without: "saying that stream ids have run out",
    file: "mux-http2/dist/client-side.js",
    ...never("wire.id === undefined"),
    rows: ["26"],
    tests: FRAMES,
  },
  {
    without: "counting HTTP/2 streams opened and reset",
    file: "mux-http2/dist/session.js",
    ...never("!this.#resets.take(performance.now())"),
    rows: ["15", "28", "29"],
    tests: [...OPENS, ...FLOODS],
  },
  {
    without: "counting as resets only those of the peer",
    file: "mux-http2/dist/stream.js",
    find: "code !== NO_ERROR && !this.local && !wasCut(wire)",
    replace: "true",
    rows: ["28b"],
    tests: PUBLIC,
  },
  {
    without: "counting down the HTTP/2 streams that are open",
    file: "mux-http2/dist/session.js",
    ...gone("this.#inbound -= 1;"),
    rows: ["28b", "30"],
    tests: PUBLIC,
  },
  {
    without: "forgetting HTTP/2 streams that are over",
    file: "mux-http2/dist/session.js",
    find: "if (!this.#streams.delete(stream))",
    replace: "if (!this.#streams.has(stream))",
    rows: ["30", "41", "42"],
    tests: [...PUBLIC, file("adapters-model")],
    within: "http2",
  },
  {
    without: "the linger of half-closed HTTP/2 streams",
    file: "mux-http2/dist/linger.js",
    ...never("stream.silentSweeps > SILENT_SWEEPS"),
    rows: ["32"],
    tests: PUBLIC,
  },
  {
    without: "the handshake limit of HTTP/2",
    file: "mux-http2/dist/session.js",
    find: "setTimeout(() => this.fail(faults.handshakeLate(limit)), limit)",
    replace: "setTimeout(() => {}, limit)",
    rows: ["33"],
    tests: FLOODS,
  },
];
