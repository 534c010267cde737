// Rows 1 to 10: bytes that are no frames of this wire, or claim what they do not have.

import { FUZZED, file, gone, HOSTILE, type Mutant, never } from "./mutant.js";

const CUTS = "packages/mux-native/test/cuts.test.ts";
const PREFACE = "packages/mux-native/test/preface.test.ts";

export const FRAMES: readonly Mutant[] = [
  {
    without: "saying that the peer is at fault",
    file: "streams-core/dist/kit/peer-faults.js",
    find: "{ remote: true, ...more }",
    replace: "{ ...more }",
    rows: ["1", "5"],
    tests: [HOSTILE, FUZZED],
  },
  {
    without: "holding back no more of a frame than has arrived",
    file: "mux-engine/dist/framer.js",
    find: "Math.min(want, size * 2)",
    replace: "1 << 20",
    names: ["a size that was announced allocates nothing"],
    tests: ["packages/mux-engine/test/framer.test.ts"],
  },
  {
    without: "ending the session at an error",
    file: "mux-engine/dist/session.js",
    ...gone("core.fail(faults.readingFailed(error));"),
    rows: ["2"],
    tests: [FUZZED],
  },
  {
    without: "waiting for all of a frame's head",
    file: "mux-engine/dist/framer.js",
    ...never("this.#heldSize < syntax.want"),
    rows: ["3"],
    tests: [CUTS],
  },
  {
    without: "a copy of what is held back only until the next bytes come",
    file: "mux-native/dist/reader.js",
    find: "this.#startPayload(copyOf(bytes, at, at + this.want), this.#urgency);",
    replace: "this.#startPayload(bytes.subarray(at, at + this.want), this.#urgency);",
    rows: ["3"],
    tests: [CUTS],
  },
  {
    without: "waiting for all parameters of a preface",
    file: "mux-native/dist/reader.js",
    find: "this.#expect(this.#takeParameters, this.#rest);",
    replace: "this.#takeParameters(bytes, at);",
    rows: ["3"],
    tests: [PREFACE],
    within: "the handshake",
  },
  {
    without: "the limit of a frame at its head",
    file: "mux-native/dist/reader.js",
    ...never("length > this.#maxFrame + L.MAX_BLOCK + 3"),
    rows: ["4"],
  },
  {
    without: "the limit of a frame's payload",
    file: "mux-native/dist/reader.js",
    ...never("length > this.#maxFrame"),
    rows: ["4"],
  },
  {
    without: "the lengths, flags and streams that control frames may have",
    file: "mux-native/dist/control.js",
    find: "if (tell !== undefined && rightStream && length >= least && length <= most)",
    replace: "if (tell !== undefined)",
    rows: ["4", "5"],
  },
  {
    without: "the check of the stream that a frame names",
    file: "mux-native/dist/control.js",
    find: "const rightStream = kind < L.PING ? isStream(id) : id === 0;",
    replace: "const rightStream = true;",
    rows: ["5"],
  },
  {
    without: "the flags that only an opening may have",
    file: "mux-native/dist/reader.js",
    find: "const allowed = prefix === 0 ||",
    replace: "const allowed = true ||",
    rows: ["5"],
  },
  {
    without: "the check of the version",
    file: "mux-native/dist/preface.js",
    ...never("version !== L.VERSION"),
    rows: ["5"],
  },
  {
    without: "the check of the role",
    file: "mux-native/dist/preface.js",
    find: "role !== 1 - L.ROLES[own] || ",
    replace: "",
    rows: ["5"],
  },
  {
    without: "the check that a header block lies in its frame, and of the urgency",
    file: "mux-native/dist/reader.js",
    ...never("urgency > 7 || length > this.#rest || length > L.MAX_BLOCK"),
    rows: ["5", "6", "7"],
  },
  {
    without: "the check that a header lies in its block",
    file: "streams-core/dist/kit/headers.js",
    ...never("valueAt === at + 3 || end > size"),
    rows: ["6"],
  },
  {
    without: "the number of headers",
    file: "streams-core/dist/kit/headers.js",
    ...never("fields > limits.fields"),
    rows: ["7"],
  },
  {
    without: "copying small views together",
    file: "streams-core/dist/kit/byte-queue.js",
    ...never("this.#size > 0"),
    rows: ["9"],
    tests: [HOSTILE, file("http2-floods"), file("ssh-peer")],
  },
  {
    without: "the range of the peer's parameters",
    file: "mux-native/dist/preface.js",
    find: "if (window < L.MIN_WINDOW ||",
    replace: "if (false && window < L.MIN_WINDOW ||",
    rows: ["10"],
  },
  {
    without: "the length of the peer's parameters",
    file: "mux-native/dist/preface.js",
    find: "length % L.PARAMETER !== 0 || length > L.MAX_PARAMETERS",
    replace: "false",
    rows: ["10"],
  },
];
