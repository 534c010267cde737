// The first of several attempts that succeeds, staggered as RFC 8305 section 5 does with addresses.

import { StreamsError } from "./errors.js";
import { onAbort } from "./kit/abort.js";

/** RFC 8305 section 8: the recommended connection attempt delay. */
const STAGGER_MS = 250;

/** @param discard ends what an attempt gives after another one has won */
export function firstOf<T>(
  attempts: readonly ((signal: AbortSignal | undefined) => Promise<T>)[],
  discard: (late: T) => void,
  signal: AbortSignal | undefined,
): Promise<T> {
  const waiting = [...attempts];
  const [only] = attempts;
  if (only !== undefined && attempts.length === 1) return only(signal);
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const losers = new AbortController();
    const errors: unknown[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;

    const finish = (): void => {
      clearTimeout(timer);
      forget();
      losers.abort();
    };
    const forget = onAbort(signal, (reason) => {
      finish();
      reject(reason);
    });
    const next = (): void => {
      clearTimeout(timer);
      if (errors.length === attempts.length) {
        finish();
        const message = `None of the ${attempts.length} URLs answered; see cause.errors.`;
        return reject(new StreamsError("ERR_UNREACHABLE", message, { cause: new AggregateError(errors) }));
      }
      const attempt = waiting.shift();
      if (attempt === undefined) return;
      timer = setTimeout(next, STAGGER_MS);
      attempt(losers.signal).then(
        (value) => {
          if (losers.signal.aborted) return discard(value);
          finish();
          resolve(value);
        },
        (error) => {
          if (losers.signal.aborted) return;
          errors.push(error);
          next();
        },
      );
    };
    next();
  });
}
