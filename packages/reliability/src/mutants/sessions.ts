// Rows 33 to 37, 39 to 41 and 43 to 45: how sessions begin and end, and connections that break.

import { file, gone, HOSTILE, type Mutant, never, SIMULATED } from "./mutant.js";

const CUTS = "packages/mux-native/test/cuts.test.ts";
const ENDING = "packages/mux-native/test/ending.test.ts";
const RULES = "packages/mux-native/test/rules.test.ts";
const LOST = file("transports-lost");
const KILLED = file("transports-killed");
const OVER_TCP = { tests: [LOST, KILLED], within: "native tcp" };

export const SESSIONS: readonly Mutant[] = [
  {
    without: "the handshake limit",
    file: "mux-engine/dist/liveness.js",
    ...gone('this.#deadlines.set("handshake", now + limits.handshakeTimeout);'),
    rows: ["33"],
  },
  {
    without: "the end of a session whose handshake is late",
    file: "mux-engine/dist/liveness.js",
    find: 'if (alarm === "handshake")',
    replace: 'if (alarm === "handshake") return;\n        else if (alarm === "never")',
    rows: ["33"],
  },
  {
    without: "telling a loss from an end",
    file: "mux-engine/dist/core.js",
    find: "if (cause !== undefined || this.streams.size > 0 || !greeted) {",
    replace: "if (cause !== undefined) {",
    rows: ["34", "36"],
    tests: [CUTS, ENDING],
  },
  {
    without: "keeping what arrived before a loss",
    file: "mux-engine/dist/stream.js",
    find: "        else\n            this.#inbox.fail(error);\n        this.#dropUnsent(error);",
    replace: "        else\n            this.#inbox.abandon(error);\n        this.#dropUnsent(error);",
    rows: ["34"],
    tests: [CUTS, SIMULATED],
  },
  {
    without: "the difference of an error and an end, for those who read",
    file: "streams-core/dist/kit/inbox.js",
    find: "        if (!this.ended)\n            this.#break(error);",
    replace: "        this.end();",
    rows: ["34", "36", "37"],
    ...OVER_TCP,
  },
  {
    without: "saying that the connection was lost",
    file: "mux-engine/dist/core.js",
    find: "return this.fail(faults.transportLost(cause, greeted));",
    replace: "return this.fail(faults.endedByPeer());",
    rows: ["36", "37", "39"],
    ...OVER_TCP,
  },
  {
    without: "an error for pings that wait",
    file: "mux-engine/dist/core.js",
    ...gone("this.roundTrips.fail(error);"),
    names: ["a ping and a shutdown that wait settle"],
    tests: ["packages/mux-native/test/conformance.test.ts"],
  },
  {
    without: "an error for reads and writes that wait",
    file: "mux-engine/dist/core.js",
    ...gone("stream.fail(stream.local && (stream.synDue || stream.number > lastTaken) ? unseen : error);"),
    rows: ["37"],
    tests: [LOST],
    within: "native tcp",
  },
  {
    without: "the end of a session whose transport fails",
    file: "mux-engine/dist/drive.js",
    find: "#lost = (error) => this.session.lost(error);",
    replace: "#lost = (error) => {};",
    names: ["a write that fails ends the session"],
    tests: ["packages/mux-engine/test/drive.test.ts"],
  },
  {
    without: "giving up a peer that is silent",
    file: "mux-engine/dist/liveness.js",
    find: 'this.#late("keepalive", now,',
    replace: 'void ("keepalive", now,',
    rows: ["35"],
    tests: [SIMULATED],
  },
  {
    without: "pinging a silent peer",
    file: "mux-engine/dist/liveness.js",
    ...gone("this.#host.probe();"),
    rows: ["43"],
    tests: [SIMULATED, file("transports-blocked")],
    within: "native( tcp)?",
  },
  {
    without: "grace after the event loop stood still",
    file: "mux-engine/dist/liveness.js",
    find: "const GRACE_MS = 1000;",
    replace: "const GRACE_MS = 0;",
    rows: ["43"],
    tests: [SIMULATED],
  },
  {
    without: "counting any byte as a sign of life",
    file: "mux-engine/dist/liveness.js",
    find: "heard(now) {",
    replace: "heard(now) {\n        return;",
    rows: ["43"],
    tests: [SIMULATED],
  },
  {
    without: "closing when the last stream is over",
    file: "mux-engine/dist/core.js",
    find: "if (this.draining && this.streams.size === 0 && ",
    replace: "if (false && ",
    rows: ["40", "41"],
    tests: [ENDING],
  },
  {
    without: "saying in a drain which stream was the last one taken",
    file: "mux-engine/dist/core.js",
    ...gone("this.lastTaken = this.wire.ids.lastRemote;"),
    rows: ["41"],
    tests: [ENDING, SIMULATED],
  },
  {
    without: "dropping the streams above the last one taken",
    file: "mux-engine/dist/core.js",
    ...never("stream.local && (stream.synDue || stream.number > lastTaken)"),
    rows: ["41"],
    tests: [ENDING, RULES],
  },
  {
    without: "saying of streams that nobody saw that they may be opened again",
    file: "mux-engine/dist/faults.js",
    find: 'open it on a new session.", {\n        retryable: true',
    replace: 'open it on a new session.", {\n        retryable: false',
    rows: ["41"],
    tests: [ENDING, RULES, SIMULATED],
  },
  {
    without: "saying so of streams that a close of the session did not reach",
    file: "mux-engine/dist/core.js",
    find: "this.streams.size === 0 ? error : retryable(error)",
    replace: "error",
    names: ["rejects what waits, at both ends, with what was not seen retryable"],
    tests: [ENDING],
  },
  {
    without: "taking back the timer of a session that is over",
    file: "mux-engine/dist/drive.js",
    ...gone("clearTimeout(this.#linger);"),
    rows: ["44"],
    tests: [file("soak")],
    within: "native",
  },
  {
    without: "forgetting streams that are over",
    file: "mux-engine/dist/core.js",
    find: "if (!this.streams.delete(stream))",
    replace: "if (true)",
    rows: ["30", "44"],
    tests: [HOSTILE, file("soak")],
    within: "native",
  },
  {
    without: "ending the streams of a session that is closed",
    file: "mux-engine/dist/core.js",
    ...gone("stream.fail(stream.local && (stream.synDue || stream.number > lastTaken) ? unseen : error);"),
    rows: ["45"],
  },
];
