// One guard taken out at a time, and the rows that then must fail.

export interface Mutant {
  /** What no longer happens. */
  readonly without: string;
  /** Below `packages`, in the built code. */
  readonly file: string;
  /** Occurs there once. */
  readonly find: string;
  readonly replace: string;
  /** At least one of these must turn red. */
  readonly rows: readonly string[];
  /** What the paths of those begin with. Default: the hostile peers. */
  readonly tests?: readonly string[];
  /** The suites in which they are run, the outer first. Default: all. */
  readonly within?: string;
}

const HOSTILE = "packages/reliability/test/native.test.ts";
const CUTS = "packages/mux-native/test/cuts.test.ts";
const ENDING = "packages/mux-native/test/ending.test.ts";
const SIMULATED = "packages/reliability/test/sim-rows.test.ts";
const FUZZED = "packages/reliability/test/fuzz.test.ts";
const STALLED = "packages/reliability/test/transports-stall.test.ts";
/** All files that begin so. */
const HTTP2 = "packages/reliability/test/http2-";
const SSH = "packages/reliability/test/ssh-";
const SENDING = "packages/mux-native/test/sending.test.ts";

export const DEFAULT_TESTS: readonly string[] = [HOSTILE];

/** An `if` that is never taken. */
function never(condition: string): Pick<Mutant, "find" | "replace"> {
  return { find: `if (${condition})`, replace: "if (false)" };
}

export const MUTANTS: readonly Mutant[] = [
  {
    without: "saying that the peer is at fault",
    file: "streams-core/dist/kit/peer-faults.js",
    find: "{ remote: true, ...more }",
    replace: "{ ...more }",
    rows: ["1", "5"],
    tests: [HOSTILE, FUZZED],
  },
  {
    without: "ending the session at an error",
    file: "mux-engine/dist/session.js",
    find: "core.fail(faults.readingFailed(error));",
    replace: "",
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
    without: "knowing the floods that node:http2 finds",
    file: "mux-http2/dist/faults.js",
    find: "const FLOODS = [-904, -905, -906];",
    replace: "const FLOODS = [];",
    rows: ["8"],
    tests: [HTTP2],
  },
  {
    without: "copying small views together",
    file: "streams-core/dist/kit/byte-queue.js",
    ...never("this.#size > 0"),
    rows: ["9"],
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
  {
    without: "the most credit that a stream may hold",
    file: "mux-engine/dist/receiver.js",
    ...never("stream.sendCredit + bytes > 0x7fffffff"),
    rows: ["11"],
  },
  {
    without: "breaking the connection off when the peer holds it",
    file: "mux-engine/dist/drive.js",
    find: "this.#linger = setTimeout(() => this.#done(), lingerMs);",
    replace: "",
    rows: ["11"],
  },
  {
    without: "the window of an opening",
    file: "mux-engine/dist/receiver.js",
    ...never("length > limits.initialWindow"),
    rows: ["12"],
  },
  {
    without: "the window of data",
    file: "mux-engine/dist/receiver.js",
    ...never("length > stream.receiveCredit"),
    rows: ["12", "25"],
  },
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
    without: "counting frames for streams that are over",
    file: "mux-engine/dist/guard.js",
    ...never("!this.#stray.take(now)"),
    rows: ["15"],
  },
  {
    without: "the budget for windows",
    file: "mux-engine/dist/windows.js",
    find: "Math.min(growth, growthBudget - this.grown)",
    replace: "growth",
    rows: ["16"],
    tests: [HOSTILE, SIMULATED],
  },
  {
    without: "waiting for the reader before credit goes back",
    file: "mux-engine/dist/stream.js",
    find: "const taken = this.#inbox.wanted;",
    replace: "const taken = true;",
    rows: ["17", "18"],
    tests: [HOSTILE, SIMULATED],
  },
  {
    without: "turns of the streams that send",
    file: "mux-engine/dist/sender.js",
    find: "this.#emit(stream, NO_BLOCK, 0, stream.unsent.size);",
    replace: "do this.#emit(stream, NO_BLOCK, 0, stream.unsent.size); while (canSend(stream));",
    rows: ["19"],
    tests: [SIMULATED],
  },
  {
    without: "knowing which streams were opened",
    file: "mux-engine/dist/receiver.js",
    ...never("!streams.wasOpen(id)"),
    rows: ["20"],
  },
  {
    without: "the check of the ids that a peer opens",
    file: "mux-engine/dist/receiver.js",
    ...never("!streams.mayOpen(id)"),
    rows: ["20", "21", "26"],
  },
  {
    without: "the check that ids rise",
    file: "mux-engine/dist/streams.js",
    find: "return id > this.lastRemote &&",
    replace: "return true &&",
    rows: ["21", "26"],
  },
  {
    without: "the check that nothing follows an end",
    file: "mux-engine/dist/receiver.js",
    ...never("stream.receiveEnded"),
    rows: ["22"],
  },
  {
    without: "patience with frames for streams that are over",
    file: "mux-engine/dist/receiver.js",
    ...{ find: "if (!streams.wasOpen(id))", replace: "if (true)" },
    rows: ["15", "22", "23"],
  },
  {
    without: "ignoring answers to nothing",
    file: "mux-engine/dist/round-trips.js",
    find: "if (ping === undefined)",
    replace: "if (false)",
    rows: ["24"],
  },
  {
    without: "the last id of this end's",
    file: "mux-engine/dist/streams.js",
    ...never("id > this.#ids.max"),
    rows: ["26"],
    tests: [SENDING],
  },
  {
    without: "the backlog",
    file: "streams-core/dist/kit/acceptor.js",
    find: "return this.#backlog - this.#listening.waiting;",
    replace: "return 1;",
    rows: ["27", "28", "29"],
  },
  {
    without: "the limit of open streams",
    file: "mux-engine/dist/receiver.js",
    ...never("streams.remote >= limits.maxInboundStreams"),
    rows: ["27"],
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
    find: 'stream.fail(new StreamsError("ERR_REFUSED", "This end refused the stream."));',
    replace: "",
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
    find: 'this.#deadlines.set("stall", now + this.#limits.writeStallTimeout);',
    replace: "",
    rows: ["29", "31"],
  },
  {
    without: "the linger of half-closed streams",
    file: "mux-engine/dist/streams.js",
    ...never("stream.silentSweeps > SILENT_SWEEPS"),
    rows: ["32"],
  },
  {
    without: "the handshake limit",
    file: "mux-engine/dist/liveness.js",
    find: 'this.#deadlines.set("handshake", now + limits.handshakeTimeout);',
    replace: "",
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
    without: "saying that the connection was lost",
    file: "mux-engine/dist/core.js",
    find: "return this.fail(faults.transportLost(cause, greeted));",
    replace: "return this.fail(faults.endedByPeer());",
    rows: ["36", "37", "39"],
    tests: ["packages/reliability/test/transports-lost.test.ts", "packages/reliability/test/transports-killed.test.ts"],
    within: "native tcp",
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
    without: "giving up an HTTP/2 peer that is silent",
    file: "mux-http2/dist/keepalive.js",
    find: "this.#hooks.dead();",
    replace: "{}",
    rows: ["35"],
    tests: [STALLED],
    within: "http2 tcp",
  },
  {
    without: "giving up an SSH peer that is silent",
    file: "mux-ssh/dist/watch.js",
    find: "this.#events.silent();",
    replace: "{}",
    rows: ["35"],
    tests: [STALLED],
    within: "ssh tcp",
  },
  {
    without: "the linger of half-closed HTTP/2 streams",
    file: "mux-http2/dist/linger.js",
    ...never("stream.silentSweeps > SILENT_SWEEPS"),
    rows: ["32"],
    tests: [HTTP2],
  },
  {
    without: "counting HTTP/2 streams opened and reset",
    file: "mux-http2/dist/session.js",
    ...never("!this.#resets.take(performance.now())"),
    rows: ["28"],
    tests: [HTTP2],
  },
  {
    without: "the handshake limit of SSH",
    file: "mux-ssh/dist/watch.js",
    find: "events.handshakeLate()",
    replace: "{}",
    rows: ["33"],
    tests: [SSH],
  },
  {
    without: "counting SSH streams opened and reset",
    file: "mux-ssh/dist/control.js",
    find: "if (stream.inbound && !this.#resets.take(performance.now()))",
    replace: "if (false)",
    rows: ["28"],
    tests: [SSH],
  },
  {
    without: "the handshake limit of HTTP/2",
    file: "mux-http2/dist/session.js",
    find: "setTimeout(() => this.fail(faults.handshakeLate(limit)), limit)",
    replace: "setTimeout(() => {}, limit)",
    rows: ["33"],
    tests: [HTTP2],
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
    without: "saying in a drain which stream was the last one taken",
    file: "mux-engine/dist/core.js",
    find: "this.#lastTaken = this.streams.lastRemote;",
    replace: "",
    rows: ["41"],
    tests: [ENDING, SIMULATED],
  },
  {
    without: "taking sent bytes off the credit",
    file: "mux-engine/dist/sender.js",
    find: "stream.sendCredit -= length;",
    replace: "",
    rows: ["42"],
    tests: ["packages/reliability/test/sim.test.ts"],
  },
  {
    without: "making writers wait",
    file: "mux-engine/dist/sender.js",
    find: "return this.blocked || this.#fresh > HIGH_WATER;",
    replace: "return false;",
    rows: ["38"],
  },
  {
    without: "a window for each stream that grows",
    file: "mux-engine/dist/windows.js",
    find: "this.grown += granted;\n        stream.window += granted;\n        return granted;",
    replace: "return 0;",
    rows: ["38b"],
  },
  {
    without: "waiting for what was written before the end",
    file: "mux-engine/dist/sender.js",
    find: "const fin = stream.finDue && length === unsent.size;",
    replace: "const fin = stream.finDue;",
    rows: ["40"],
    tests: [ENDING],
  },
  {
    without: "taking back the timer of a session that is over",
    file: "mux-engine/dist/drive.js",
    find: "clearTimeout(this.#linger);",
    replace: "",
    rows: ["44"],
    tests: ["packages/reliability/test/soak.test.ts"],
    within: "native",
  },
  {
    without: "dropping the streams above the last one taken",
    file: "mux-engine/dist/core.js",
    ...never("stream.local && stream.number > lastTaken"),
    rows: ["41"],
    tests: [ENDING, "packages/mux-native/test/rules.test.ts"],
  },
  {
    without: "closing when the last stream is over",
    file: "mux-engine/dist/core.js",
    ...never("this.draining && this.streams.size === 0"),
    rows: ["40", "41"],
    tests: [ENDING],
  },
  {
    without: "ending the streams of a session that is closed",
    file: "mux-engine/dist/core.js",
    find: "stream.fail(stream.local && (stream.synDue || stream.number > lastTaken) ? unseen : error);",
    replace: "",
    rows: ["45"],
  },
];
