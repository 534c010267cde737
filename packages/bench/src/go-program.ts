// Builds the Go peers into a temporary folder.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface GoProgram {
  readonly path: string;
  remove(): void;
}

/** `undefined` where Go is not installed. @throws if the program does not build */
export function goProgram(): GoProgram | undefined {
  if (spawnSync("go", ["version"]).status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "streams-bench-"));
  const path = join(folder, "bench");
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const { status, stderr } = spawnSync("go", ["build", "-o", path, "."], {
    cwd: fileURLToPath(new URL("../go", import.meta.url)),
    encoding: "utf8",
  });
  if (status === 0) return { path, remove };
  remove();
  throw new Error(`The Go peers do not build:\n${stderr}`);
}
