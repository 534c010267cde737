// Notices what escapes a case: unhandled rejections, uncaught exceptions, and warnings about leaked listeners.

import { show } from "./assert.js";
import { host } from "./host.js";
import { turn } from "./time.js";

/** Runs `work` and rejects if anything escaped meanwhile. */
export async function trapped(work: () => Promise<void>): Promise<void> {
  const escaped: string[] = [];
  const release = setTraps((what, error) => escaped.push(`${what}: ${show(error)}`));
  try {
    await work();
    await turn();
  } finally {
    release();
  }
  if (escaped.length > 0) throw new Error(`Escaped from the case as ${escaped.join("; ")}`);
}

function setTraps(caught: (what: string, error: unknown) => void): () => void {
  const { process } = host;
  if (process === undefined) return setPageTraps(caught);
  const rejection = (error: unknown): void => caught("unhandled rejection", error);
  const exception = (error: unknown): void => caught("uncaught exception", error);
  const warning = (error: unknown): void => {
    if (error instanceof Error && error.name === "MaxListenersExceededWarning") caught("warning", error);
  };
  process.on("unhandledRejection", rejection);
  process.on("uncaughtException", exception);
  process.on("warning", warning);
  return () => {
    process.off("unhandledRejection", rejection);
    process.off("uncaughtException", exception);
    process.off("warning", warning);
  };
}

function setPageTraps(caught: (what: string, error: unknown) => void): () => void {
  const rejection = (event: Event): void =>
    caught("unhandled rejection", "reason" in event ? event.reason : event.type);
  const exception = (event: Event): void => caught("uncaught exception", "error" in event ? event.error : event.type);
  globalThis.addEventListener("unhandledrejection", rejection);
  globalThis.addEventListener("error", exception);
  return () => {
    globalThis.removeEventListener("unhandledrejection", rejection);
    globalThis.removeEventListener("error", exception);
  };
}
