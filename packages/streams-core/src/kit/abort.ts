// Aborting an operation that waits.

import { handled } from "./ready.js";

const nothing = (): void => {};

/** Calls `abort` when the signal fires; the function it returns forgets the signal again. */
export function onAbort(signal: AbortSignal | undefined, abort: (reason: unknown) => void): () => void {
  if (signal === undefined) return nothing;
  const listener = (): void => abort(signal.reason);
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}

/**
 * Waits for `work`, but no longer than the signal allows. When the signal fires first the wait rejects with its reason, and
 * `late` gets what `work` may still give, to dispose of it.
 */
export function raceAbort<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  late: (value: T) => void = nothing,
): Promise<T> {
  if (signal === undefined) return work;
  return handled(
    new Promise<T>((resolve, reject) => {
      const abort = (reason: unknown): void => {
        work.then(late, nothing);
        reject(reason);
      };
      if (signal.aborted) abort(signal.reason);
      else work.finally(onAbort(signal, abort)).then(resolve, reject);
    }),
  );
}
