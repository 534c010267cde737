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
  const [only] = attempts;
  if (only === undefined) {
    return Promise.reject(new StreamsError("ERR_UNREACHABLE", "The list of URLs to connect to is empty."));
  }
  if (attempts.length === 1) return only(signal);
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise<T>((resolve, reject) => {
    const losers = new AbortController();
    const errors: unknown[] = [];
    let started = 0;
    let done = false;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const finish = (): void => {
      done = true;
      clearTimeout(timer);
      forget();
      losers.abort(new StreamsError("ERR_UNREACHABLE", "Another URL answered first."));
    };
    const forget = onAbort(signal, (reason) => {
      finish();
      reject(reason);
    });
    const next = (): void => {
      clearTimeout(timer);
      const attempt = attempts[started];
      if (attempt === undefined || done) return;
      started += 1;
      timer = setTimeout(next, STAGGER_MS);
      attempt(losers.signal).then(
        (value) => {
          if (done) return discard(value);
          finish();
          resolve(value);
        },
        (error) => {
          if (done) return;
          errors.push(error);
          if (errors.length < attempts.length) return next();
          finish();
          reject(
            new StreamsError("ERR_UNREACHABLE", `None of the ${attempts.length} URLs answered; see cause.errors.`, {
              cause: new AggregateError(errors),
            }),
          );
        },
      );
    };
    next();
  });
}
