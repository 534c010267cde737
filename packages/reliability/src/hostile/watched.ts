// A session, its listeners and its streams with every promise that they give counted until it settles.

import type { StreamProvider } from "streams-core";

export class Pending {
  readonly #names = new Map<Promise<unknown>, string>();

  /** What was asked for and has not settled. */
  get names(): string[] {
    return [...this.#names.values()];
  }

  watch(session: StreamProvider): StreamProvider {
    return this.#wrap(session);
  }

  #wrap<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return this.#note(value, String(key));
        return (...args: unknown[]) => this.#note(Reflect.apply(value, target, args), String(key));
      },
    });
  }

  #note(result: unknown, name: string): unknown {
    if (isWorthWatching(result)) return this.#wrap(result);
    if (!(result instanceof Promise)) return result;
    const settled = (): void => void this.#names.delete(result);
    this.#names.set(result, name);
    result.then(settled, settled);
    if (name !== "newStream" && name !== "accept") return result;
    const wrapped = result.then((value) => this.#note(value, name));
    wrapped.catch(() => {});
    return wrapped;
  }
}

/** Streams and listeners: what gives promises of its own. */
function isWorthWatching(value: unknown): value is object {
  return typeof value === "object" && value !== null && (("read" in value && "write" in value) || "accept" in value);
}
