// Rows 20 to 23, 26, 32 and 42: which streams there are, and in which state.

import { gone, type Mutant, never, SIMULATED } from "./mutant.js";

const SENDING = "packages/mux-native/test/sending.test.ts";

export const STREAMS: readonly Mutant[] = [
  {
    without: "knowing which streams were opened",
    file: "mux-engine/dist/receiver.js",
    ...never("!wire.ids.wasUsed(id)"),
    rows: ["20"],
  },
  {
    without: "the check of the ids that a peer opens",
    file: "mux-engine/dist/receiver.js",
    find: "if (!wire.ids.open(id))",
    replace: "if (!wire.ids.open(id) && false)",
    rows: ["20", "21", "26"],
  },
  {
    without: "the check that a peer opens ids of its own",
    file: "mux-engine/dist/ids.js",
    find: "if (id <= this.lastRemote || !this.isRemote(id))",
    replace: "if (id <= this.lastRemote)",
    names: ["of the peer must have its parity"],
    tests: ["packages/mux-engine/test/ids.test.ts"],
  },
  {
    without: "the check that ids rise",
    file: "mux-engine/dist/ids.js",
    find: "if (id <= this.lastRemote || !this.isRemote(id))",
    replace: "if (!this.isRemote(id))",
    rows: ["21", "26"],
  },
  {
    without: "the check that nothing follows an end, nor comes before the stream is accepted",
    file: "mux-engine/dist/receiver.js",
    find: "if (!stream.receiveEnded && !waits)",
    replace: "if (true)",
    rows: ["20", "22"],
  },
  {
    without: "patience with frames for streams that are over",
    file: "mux-engine/dist/receiver.js",
    find: "if (!wire.ids.wasUsed(id))",
    replace: "if (true)",
    rows: ["15", "22", "23"],
  },
  {
    without: "the last id of this end's",
    file: "mux-engine/dist/ids.js",
    ...never("id > this.#range.max"),
    rows: ["26"],
    tests: [SENDING],
  },
  {
    without: "the linger of half-closed streams",
    file: "mux-engine/dist/streams.js",
    ...never("stream.silentSweeps > SILENT_SWEEPS"),
    rows: ["32"],
  },
  {
    without: "looking for half-closed streams",
    file: "mux-engine/dist/liveness.js",
    ...gone('this.#deadlines.set("sweep", now + this.#limits.halfCloseLinger / 4);'),
    rows: ["32"],
  },
  {
    without: "the end behind the last byte",
    file: "mux-engine/dist/sender.js",
    find: "const fin = stream.finDue && length === unsent.size && ",
    replace: "const fin = stream.finDue && ",
    rows: ["40", "42"],
    tests: ["packages/mux-native/test/ending.test.ts", "packages/reliability/test/sim.test.ts", SIMULATED],
  },
];
