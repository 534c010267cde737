// Rows 13 to 15, 24 and 27 to 31: little that is cheap to send and makes much work.

import { file, gone, HOSTILE, type Mutant, never } from "./mutant.js";

const FLOODS = "packages/mux-native/test/floods.test.ts";
const DRIVE = "packages/mux-engine/test/drive.test.ts";
const BACKEND = "packages/streams-core/test/backend.test.ts";

export const FLOOD: readonly Mutant[] = [
  {
    without: "counting credits of zero",
    file: "mux-engine/dist/receiver.js",
    ...never("bytes === 0"),
    rows: ["13"],
  },
  {
    without: "counting empty data frames",
    file: "mux-engine/dist/receiver.js",
    ...never("!this.#hasEffect"),
    rows: ["14"],
  },
  {
    without: "counting frames without effect",
    file: "mux-engine/dist/guard.js",
    ...never("!this.#idle.take(now)"),
    rows: ["13", "14", "31"],
  },
  {
    without: "counting frames for streams that are over",
    file: "mux-engine/dist/guard.js",
    ...never("!this.#stray.take(now)"),
    rows: ["15"],
  },
  {
    without: "ignoring answers to nothing",
    file: "mux-engine/dist/round-trips.js",
    ...never("ping === undefined"),
    rows: ["24"],
  },
  {
    without: "ignoring answers about streams that are over",
    file: "mux-engine/dist/receiver.js",
    find: "if (stream === undefined || !this.#isUndecided(stream))",
    replace: "if (!this.#isUndecided(stream))",
    rows: ["24"],
  },
  {
    without: "the backlog",
    file: "streams-core/dist/kit/acceptor.js",
    find: "return this.#backlog - this.#listening.waiting;",
    replace: "return 1;",
    rows: ["27", "28", "29"],
  },
  {
    without: "the backlog, of HTTP/2 streams",
    file: "streams-core/dist/kit/acceptor.js",
    find: "return this.#backlog - this.#listening.waiting;",
    replace: "return 1;",
    rows: ["27", "28", "29"],
    tests: [file("http2-opens")],
  },
  {
    without: "the backlog, of SSH streams",
    file: "streams-core/dist/kit/acceptor.js",
    find: "return this.#backlog - this.#listening.waiting;",
    replace: "return 1;",
    rows: ["27", "28"],
    tests: [file("ssh-floods")],
  },
  {
    without: "the limit of open streams",
    file: "mux-engine/dist/receiver.js",
    find: "core.draining || core.streams.remote >= limits.maxInboundStreams",
    replace: "core.draining",
    rows: ["27"],
  },
  {
    without: "counting streams that are refused",
    file: "mux-engine/dist/guard.js",
    ...never("!this.#refused.take(now)"),
    names: ["streams that find no room are refused"],
    tests: [FLOODS],
  },
  {
    without: "counting drains",
    file: "mux-engine/dist/receiver.js",
    ...never("this.#core.peerDraining"),
    names: ["a peer that says over and over that it drains"],
    tests: [FLOODS],
  },
  {
    without: "counting streams opened and reset",
    file: "mux-engine/dist/guard.js",
    ...never("!this.#resets.take(now)"),
    rows: ["28", "29"],
  },
  {
    without: "counting handlers whose stream is over",
    file: "streams-core/dist/kit/acceptor.js",
    find: "return this.#queue.size + this.#running;",
    replace: "return this.#queue.size + this.#deciding.size;",
    rows: ["28", "29"],
  },
  {
    without: "the difference of an end and a reset",
    file: "mux-engine/dist/receiver.js",
    find: "this.#current = undefined;\n        if (fin) {",
    replace: "this.#current = undefined;\n        if (fin) {\n            this.#guard.reset(this.#core.now);",
    rows: ["28b"],
  },
  {
    without: "counting streams that their opener stops",
    file: "mux-engine/dist/receiver.js",
    ...never("!stream.local && !stream.sendEnded"),
    rows: ["29"],
  },
  {
    without: "forgetting streams that were refused",
    file: "mux-engine/dist/arrival.js",
    ...gone("stream.fail(REFUSED);"),
    rows: ["27", "30"],
  },
  {
    without: "the limit of answers to pings",
    file: "mux-engine/dist/sender.js",
    ...never("this.#pongs.length >= this.#maxPongs"),
    rows: ["31"],
  },
  {
    without: "reading no further while answers wait",
    file: "mux-engine/dist/sender.js",
    find: "return this.#answers > this.#maxControl;",
    replace: "return false;",
    rows: ["29", "31"],
  },
  {
    without: "the limit of a transport that takes nothing",
    file: "mux-engine/dist/liveness.js",
    ...gone('this.#deadlines.set("stall", now + this.#limits.writeStallTimeout);'),
    rows: ["29", "31", "35"],
    tests: [HOSTILE, file("transports-stall")],
    within: "native( tcp)?",
  },
  {
    without: "an end to reading once the session is over",
    file: "mux-engine/dist/drive.js",
    ...never("this.#over && !this.#mayGoOn(chunk)"),
    names: ["what floods on after the session is over is not read for ever"],
    tests: [DRIVE],
  },
  {
    without: "reading in slices that take about a share of the process",
    file: "mux-engine/dist/drive.js",
    ...never("took > SHARE_MS"),
    names: ["a peer whose bytes make much work"],
    tests: [DRIVE],
  },
  {
    without: "turns for others once a peer has had its share",
    file: "mux-engine/dist/drive.js",
    find: "if (this.#spent < SHARE_MS)",
    replace: "if (true)",
    names: ["a peer whose bytes make much work"],
    tests: [DRIVE],
  },
  {
    without: "giving up the oldest of too many handshakes",
    file: "streams-core/src/backend.ts",
    ...never("oldest !== undefined && starting.size >= maxHandshakes"),
    names: ["of too many handshakes at once the oldest is given up"],
    tests: [BACKEND],
  },
];
