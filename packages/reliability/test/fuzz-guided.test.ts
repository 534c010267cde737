// The coverage-guided fuzzer, for a moment: the corpus that it has gathered, and whether it finds what chance does not.

// First, so that all that follows is counted.
import "../src/fuzz/coverage.js";
import { describe, expect, test } from "vitest";
import { randomInputs } from "../src/fuzz/batch.js";
import { readCorpus } from "../src/fuzz/corpus.js";
import { DECODERS } from "../src/fuzz/decoders.js";
import { explore } from "../src/fuzz/explore.js";
import { judge } from "../src/fuzz/judge.js";
import { PLANTED } from "./tools/planted.js";

const SEED = Number(process.env.FUZZ_SEED ?? 1);

describe("the fuzzer", () => {
  test.for(DECODERS.map((decoder) => [decoder.name, decoder] as const))(
    "replays the corpus of %s, and finds nothing in 3,000 more inputs",
    async ([name, decoder]) => {
      const corpus = readCorpus(name);
      for (const input of corpus) judge(decoder, input);
      const { broke, covered, inputs } = await explore(decoder, corpus, SEED, (tried) => tried < 3000);
      expect(broke).toEqual([]);
      expect([inputs >= 3000, covered > 300]).toEqual([true, true]);
    },
  );

  test("finds, step by step, a fault that chance does not find", async () => {
    expect(randomInputs(PLANTED, SEED, 200_000)).toEqual({ taken: 200_000 });
    const { broke } = await explore(PLANTED, [], SEED, (tried, found) => found === 0 && tried < 200_000);
    expect(broke.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^planted threw TypeError: Found. on 531eed/),
    ]);
  });
});
