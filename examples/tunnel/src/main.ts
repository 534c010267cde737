// Fetches the same files through a tunnel over one backend after another, and prints what each did. See --help.

import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { schemes, usual } from "./backends.js";
import { makeFiles } from "./files.js";
import { help, type Options, parse } from "./options.js";
import { format, heading, Progress } from "./report.js";
import { type Job, run } from "./run.js";
import { open, startApart, startHere } from "./tunnel.js";

const options = parse(process.argv.slice(2), schemes, usual);
const usage = help + schemes.join(", ");
if (typeof options === "string") {
  console.error(`${options}\n\n${usage}`);
  process.exitCode = 2;
} else if (options.help) console.log(usage);
else await main(options);

async function main({ schemes, stay, processes, total, atOnce, small }: Options): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "streams-tunnel-"));
  process.once("exit", () => rmSync(home, { recursive: true }));
  const directory = join(home, "files");
  await mkdir(directory);
  const files = await makeFiles(directory, total);
  const progress = new Progress(process.stderr);
  const job: Job = { home, directory, files, atOnce, small, progress, start: processes ? startApart : startHere };
  if (stay) for (const scheme of schemes) await keep(job, scheme);
  else await table(job, schemes);
}

async function table(job: Job, schemes: readonly string[]): Promise<void> {
  const interrupted = (): never => process.exit(130);
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  console.log(heading);
  const start = performance.now();
  let failed = 0;
  for (const scheme of schemes) {
    const row = await run(job, scheme);
    if (row.result !== "ok") failed += 1;
    job.progress.clear();
    console.log(format(row));
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const files = `${job.files.length} files`;
  console.log(
    failed === 0
      ? `\n${files} matched over each of ${schemes.length} backends, in ${seconds} s.`
      : `\n${failed} of ${schemes.length} backends failed.`,
  );
  if (failed > 0) process.exitCode = 1;
}

/** Until Ctrl-C. */
async function keep(job: Job, scheme: string): Promise<void> {
  const tunnel = await open(scheme, job, job.start);
  console.log(`${scheme} is up at ${tunnel.url}; it lists its files there. Ctrl-C ends it.`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await tunnel.close();
}
