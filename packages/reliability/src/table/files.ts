// The test files that show rows of the scorecard, wherever they are.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Paths of tests, from the root of the repository, that name a row, or are this package's own. */
export function filesWithRows(root: string): string[] {
  const files: string[] = [];
  for (const name of readdirSync(join(root, "packages"))) {
    const folder = join("packages", name, "test");
    for (const path of testsIn(root, folder)) {
      if (name === "reliability" || /["'`]row \d+b?: /.test(readFileSync(join(root, path), "utf8"))) files.push(path);
    }
  }
  return files.sort();
}

function testsIn(root: string, folder: string): string[] {
  try {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    return names.filter((name) => name.endsWith(".test.ts")).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
