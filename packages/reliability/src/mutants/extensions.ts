// What our own ends tell each other over wires of others, and ids that come in no order. No row is about it.

import { type Mutant, never } from "./mutant.js";

const EXTENSION = ["packages/mux-engine/test/bilingual-hostile.test.ts"];
const IDS = ["packages/mux-engine/test/ids.test.ts"];

export const EXTENSIONS: readonly Mutant[] = [
  {
    without: "the check that an extension frame comes from one of our ends",
    file: "mux-engine/dist/bilingual.js",
    ...never("!this.ours"),
    names: ["extension frames of who has not said the sign"],
    tests: EXTENSION,
  },
  {
    without: "the check that what was announced is opened next",
    file: "mux-engine/dist/bilingual.js",
    ...never("announced.id !== id"),
    names: ["one that announces one stream and opens another"],
    tests: EXTENSION,
  },
  {
    without: "the check of what is announced",
    file: "mux-engine/dist/bilingual.js",
    ...never("this.#announced !== undefined || urgency > 7"),
    names: ["one that announces two streams", "one that announces with urgency 8"],
    tests: EXTENSION,
  },
  {
    without: "the kinds of extension frames",
    file: "mux-engine/dist/extension.js",
    find: "kind < OPEN || kind > FAIL || ",
    replace: "",
    names: ["one that has kind 0", "one that has a kind that there is not"],
    tests: EXTENSION,
  },
  {
    without: "the lengths of extension frames",
    file: "mux-engine/dist/extension.js",
    find: "length < least || length > most || ",
    replace: "",
    names: ["one that is empty", "one that has a body behind a reset", "one that closes without a code"],
    tests: EXTENSION,
  },
  {
    without: "the check of the stream that an extension frame names",
    file: "mux-engine/dist/extension.js",
    find: " || !rightStream",
    replace: "",
    names: ["one that pings on a stream", "one that announces stream 0"],
    tests: EXTENSION,
  },
  {
    without: "a limit of gaps between ids",
    file: "mux-engine/dist/ids.js",
    ...never("this.#gaps.length >= MAX_GAPS"),
    names: ["a peer that leaves a thousand gaps is a flood"],
    tests: IDS,
  },
  {
    without: "knowing which ids were passed over",
    file: "mux-engine/dist/ids.js",
    find: "return super.wasUsed(id) && this.#gapOf(id) === undefined;",
    replace: "return super.wasUsed(id);",
    names: ["with gaps, every id comes once"],
    tests: IDS,
  },
];
