// Writes the table of wires into the README of the repository; with --check only says whether it is there as it should be.

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { wiresTable } from "./table/wires-table.js";

const FILE = new URL("../../../README.md", import.meta.url);
const BEGIN = "<!-- wires: written by `node packages/interop/dist/readme.js` -->";
const END = "<!-- /wires -->";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const before = readFileSync(FILE, "utf8");
  const [begin, end] = [before.indexOf(BEGIN), before.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`README.md needs the lines\n${BEGIN}\n${END}`);
  const after = `${before.slice(0, begin)}${BEGIN}\n\n${await wiresTable()}\n\n${before.slice(end)}`;
  if (after === before) return;
  if (values.check)
    throw new Error("README.md has another table of wires: run `node packages/interop/dist/readme.js`.");
  writeFileSync(FILE, after);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
