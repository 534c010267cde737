// Fuzzes decoders and keeps what is worth it: `--decoder native --seconds 60`; without `--decoder`, all of them.

// First, so that all that follows is counted.
import "./coverage.js";
import { parseArgs } from "node:util";
import { keep, readCorpus } from "./corpus.js";
import { DECODERS } from "./decoders.js";
import { explore } from "./explore.js";

const { values } = parseArgs({
  options: {
    decoder: { type: "string" },
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});

const chosen = DECODERS.filter(({ name }) => values.decoder === undefined || name === values.decoder);
if (chosen.length === 0) throw new Error(`--decoder must be one of ${DECODERS.map(({ name }) => name).join(", ")}.`);
const seed = Number(values.seed);
console.log(`seed ${seed}`);

for (const decoder of chosen) {
  const corpus = readCorpus(decoder.name);
  const until = performance.now() + (Number(values.seconds) * 1000) / chosen.length;
  const { inputs, fresh, covered, broke } = await explore(decoder, corpus, seed, () => performance.now() < until);
  for (const input of fresh) keep(decoder.name, "reached", input);
  console.log(
    `${decoder.name}: ${inputs} inputs from a corpus of ${corpus.length}, ${fresh.length} reached new code, ` +
      `${covered} characters of code ran, ${broke.length} ways to break it`,
  );
  for (const error of broke) console.log(`  ${keep(decoder.name, "broke", error.input)}: ${error.message}`);
  if (broke.length > 0) process.exitCode = 1;
}
