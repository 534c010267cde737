// The version of an original in JavaScript, as it is installed.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** @param name of a package that this one depends on */
export function versionOf(name: string): string {
  const entry = createRequire(import.meta.url).resolve(name);
  // Not every package lets its package.json be imported.
  const folder = entry.slice(0, entry.lastIndexOf(`/${name}/`) + name.length + 2);
  const { version }: { version: string } = JSON.parse(readFileSync(`${folder}package.json`, "utf8"));
  return `v${version}`;
}
