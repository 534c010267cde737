// A copy of the workspace as it was built, to be broken at will.

import { rmSync } from "node:fs";
import { cp, mkdtemp, readdir, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** What of a package the tests need. */
const PARTS = ["dist", "src", "test", "node_modules", "package.json", "tsconfig.json"];

/** Returns where it is. Dependencies from outside are those of the original. */
export async function copyWorkspace(root: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "streams-mutants-"));
  for (const name of [".config", "package.json", "tsconfig.base.json"]) {
    await cp(join(root, name), join(copy, name), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  for (const name of await readdir(join(root, "packages"))) {
    for (const part of await readdir(join(root, "packages", name))) {
      if (!PARTS.includes(part)) continue;
      await cp(join(root, "packages", name, part), join(copy, "packages", name, part), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (source) => basename(source) !== ".vite",
      });
    }
  }
  return copy;
}

/** Removes it, at once. Tests that were not waited for may write there still. */
export function removeCopy(copy: string): void {
  rmSync(copy, { recursive: true, force: true, maxRetries: 10 });
}
