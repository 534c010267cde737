// The promises that calls return: those that hot paths share instead of making new ones, and those whose rejection may be ignored.

/** Resolved. A `write` that has room returns exactly this, and whoever gets it need not wait for it. */
export const READY: Promise<void> = Promise.resolve();

/** Resolved with `null`: what `read` returns after the end. */
export const END: Promise<null> = Promise.resolve(null);

/** The promise itself, whose rejection nobody has to handle: whoever ignores the result of a call must not bring the process down. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** `Promise.reject(reason)`, handled. */
export function rejected(reason: unknown): Promise<never> {
  return handled(Promise.reject(reason));
}

/** A function whose promises are all `handled`. */
export function handling<A extends unknown[], T>(call: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  return (...args) => handled(call(...args));
}
