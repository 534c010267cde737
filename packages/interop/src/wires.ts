// Every wire that has originals. One whose file is missing is named and not passed over.

import type { Wire } from "./original.js";

/** Files below wires/. */
export const WIRES = ["yamux", "muxado", "muxado1", "smux", "smux1", "mio", "spdy", "http2", "ssh"] as const;

/** `undefined` where src/wires/<name>.ts does not exist. */
export async function loadWire(name: string): Promise<Wire | undefined> {
  const module: unknown = await import(new URL(`./wires/${name}.js`, import.meta.url).href).catch((error: unknown) => {
    if (isMissing(error, `${name}.js`)) return undefined;
    throw error;
  });
  if (module === undefined) return undefined;
  if (typeof module === "object" && module !== null && "wire" in module && isWire(module.wire)) return module.wire;
  throw new Error(`src/wires/${name}.ts must export its cases as \`wire\`.`);
}

function isMissing(error: unknown, file: string): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    error.code === "ERR_MODULE_NOT_FOUND" &&
    error.message.includes(`/wires/${file}'`)
  );
}

const isWire = (value: unknown): value is Wire =>
  typeof value === "object" && value !== null && "originals" in value && "cases" in value && "ours" in value;
