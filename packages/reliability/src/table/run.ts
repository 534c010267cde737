// Runs test files with vitest and gives its report as JSON.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface RunOptions {
  /** Runs only tests whose whole name matches. */
  readonly only?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which the run is given up, and killed: code that never leaves a loop stops no other way. */
  readonly limit?: number;
  /** Whether the tests' own output is shown. Default false. */
  readonly loud?: boolean;
}

const VITEST = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

/**
 * @param root of the repository, or of a copy
 * @returns the report; undefined if the run was given up
 */
export async function runTests(
  root: string,
  files: readonly string[],
  options: RunOptions = {},
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "streams-report-"));
  const output = join(folder, "report.json");
  const args = ["run", "--config", ".config/vitest.config.ts", "--reporter=json", `--outputFile=${output}`];
  if (options.loud) args.push("--reporter=default");
  if (options.only !== undefined) args.push("-t", options.only);
  try {
    await runNode([VITEST, ...args, ...files], root, options);
    return await readFile(output, "utf8").catch(() => undefined);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Resolves when it has exited, however. */
async function runNode(args: readonly string[], root: string, { env, limit, loud }: RunOptions): Promise<void> {
  const output = loud ? "inherit" : "ignore";
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", output, output],
    // A group of its own, so that its workers can be killed with it.
    detached: limit !== undefined,
  });
  const { pid } = child;
  const kill = (): void => {
    if (pid !== undefined && limit !== undefined) process.kill(-pid, "SIGKILL");
  };
  const timer = limit !== undefined && setTimeout(kill, limit);
  // Should this process end before: nobody else ends a group of its own.
  process.once("exit", kill);
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => resolve());
  });
  process.off("exit", kill);
  if (timer) clearTimeout(timer);
}
