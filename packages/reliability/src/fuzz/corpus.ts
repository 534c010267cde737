// Inputs worth keeping: a folder for each decoder, a file for each input, named for its content. What once broke a decoder stays.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

const ROOT = new URL("../../corpus/", import.meta.url);

export function readCorpus(decoder: string): Uint8Array[] {
  const folder = folderOf(decoder);
  return existsSync(folder) ? readdirSync(folder).map((file) => readFileSync(new URL(file, folder))) : [];
}

/** @returns the name of the file */
export function keep(decoder: string, kind: "reached" | "broke", input: Uint8Array): string {
  const name = `${kind}-${createHash("sha256").update(input).digest("hex").slice(0, 12)}.bin`;
  const folder = folderOf(decoder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(name, folder), input);
  return name;
}

function folderOf(decoder: string): URL {
  return new URL(`${decoder}/`, ROOT);
}
