// Every decoder against random bytes, mutated traces and traces cut in every way. FUZZ_INPUTS multiplies the inputs, FUZZ_SEED is
// where they begin; `node packages/reliability/dist/fuzz/main.js` goes on for as long as it is told, guided by what code has run.

import { limitsOf, type Wire } from "mux-engine";
import { describe, expect, test } from "vitest";
import { keptBytes, randomInputs } from "../src/fuzz/batch.js";
import { DECODERS, type Decoder } from "../src/fuzz/decoders.js";
import { mutate } from "../src/fuzz/mutate.js";
import { recordSession } from "../src/fuzz/record.js";
import { Random } from "../src/sim/random.js";
import { WIRES } from "../src/sim/wires.js";
import { eventsOf, singles } from "./tools/events.js";
import { played } from "./tools/played.js";

const SEED = Number(process.env.FUZZ_SEED ?? 1);
const TIMES = Number(process.env.FUZZ_INPUTS ?? 1);
const timeout = 60_000 * Math.max(1, TIMES);

const wireOf = ({ wire = "native" }: Decoder): string => wire;

describe.for([...new Set(DECODERS.map(wireOf))])("%s", (wire) => {
  const decoders = DECODERS.filter((decoder) => wireOf(decoder) === wire).map(
    (decoder) => [decoder.name, decoder] as const,
  );

  test.for(decoders)(
    "row 1: random inputs to %s are taken or refused with a typed error",
    { timeout },
    ([name, decoder]) => {
      const count = Math.round(decoder.inputs * TIMES);
      const outcomes = randomInputs(decoder, SEED, count);
      expect(Object.values(outcomes).reduce((sum, times) => sum + times, 0)).toBe(count);
      expect(outcomes.taken).toBeGreaterThan(count / 20);
      // What names a protocol refuses nothing.
      if (name !== "sniff") expect(outcomes.taken).toBeLessThan(count * 0.95);
    },
  );

  test.for(decoders)(
    "row 1: %s keeps less than a frame and 64 KiB of a random input, whatever it announces",
    ([, decoder]) => {
      const { maxFrame } = limitsOf({});
      expect(keptBytes(decoder, SEED, 1000)).toBeLessThan(maxFrame + 65_536);
    },
  );
});

for (const [name, factory] of Object.entries(WIRES)) {
  const wire = (role: "client" | "server"): Wire => factory(role, {});

  describe(name, () => {
    test("row 2: of recorded traces with mutations nothing is delivered after an error", { timeout }, async () => {
      const random = new Random(SEED);
      const outcomes: Record<string, number> = {};
      for (let seed = 1; seed <= 10; seed += 1) {
        const { there } = await recordSession(seed, factory, 15);
        for (let n = 0; n < 150; n += 1) {
          const trace = mutate(random, there, there, there.byteLength + 1000);
          const { ended, late } = await played(wire("server"), trace, random);
          outcomes[ended] = (outcomes[ended] ?? 0) + 1;
          expect(late, `what came after ${ended}; seed ${seed}, mutation ${n}`).toEqual([]);
        }
      }
      expect(Object.keys(outcomes)).toEqual(expect.arrayContaining(["ERR_PROTOCOL", "ERR_WRONG_PROTOCOL"]));
      expect(Object.keys(outcomes)).not.toContain("ERR_INTERNAL");
    });

    test("row 3: a trace cut at every byte, and one of single bytes, gives the same events", async () => {
      const { there, back } = await recordSession(SEED, factory, 25);
      for (const [role, trace] of [
        ["server", there],
        ["client", back],
      ] as const) {
        const whole = eventsOf(wire(role), [trace]);
        expect(whole.length).toBeGreaterThan(30);
        expect(eventsOf(wire(role), singles(trace))).toEqual(whole);
        for (let cut = 1; cut < trace.byteLength; cut += 1) {
          expect(eventsOf(wire(role), [trace.subarray(0, cut), trace.subarray(cut)])).toEqual(whole);
        }
      }
    });

    test("row 3: a trace that breaks a rule gives the same events and error, however it is cut", async () => {
      const random = new Random(SEED);
      const { there } = await recordSession(SEED, factory, 10);
      let errors = 0;
      for (let n = 0; n < 2000 * TIMES; n += 1) {
        const trace = mutate(random, there, there, there.byteLength + 100);
        const whole = eventsOf(wire("server"), [trace]);
        if (whole.at(-1)?.startsWith("error")) errors += 1;
        expect(eventsOf(wire("server"), singles(trace)), `mutation ${n}`).toEqual(whole);
      }
      expect(errors).toBeGreaterThan(100);
    });
  });
}
