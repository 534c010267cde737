// What must not happen in the process, whatever a peer does: errors that nobody caught, and listeners that pile up.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Notes every such thing from now on; `stop` returns them. */
export function watchProcess(): { readonly seen: readonly string[]; stop(): string[] } {
  const seen: string[] = [];
  const note = (what: string) => (error: unknown) => {
    seen.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  };
  const uncaught = note("uncaughtException");
  const unhandled = note("unhandledRejection");
  const warned = (warning: Error): void => {
    if (warning.name === "MaxListenersExceededWarning") note(warning.name)(warning);
  };
  process.on("uncaughtExceptionMonitor", uncaught);
  process.on("unhandledRejection", unhandled);
  process.on("warning", warned);
  return {
    seen,
    stop() {
      process.off("uncaughtExceptionMonitor", uncaught);
      process.off("unhandledRejection", unhandled);
      process.off("warning", warned);
      return seen;
    },
  };
}

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Bytes in use after a collection, on the heap and in buffers. Buffers are freed beside the main thread, some time after it. */
export async function bytesInUse(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
