// A signal that tells how many listeners are on it.

export interface CountingSignal {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Listeners that were added and not removed. */
  listeners(): number;
}

export function countingSignal(): CountingSignal {
  const controller = new AbortController();
  const { signal } = controller;
  const live = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  Object.defineProperties(signal, {
    addEventListener: {
      value: (...args: Parameters<typeof add>): void => {
        const [type, listener, options] = args;
        if (type === "abort") {
          live.add(listener);
          if (typeof options === "object") options.signal?.addEventListener("abort", () => live.delete(listener));
        }
        add(...args);
      },
    },
    removeEventListener: {
      value: (...args: Parameters<typeof remove>): void => {
        if (args[0] === "abort") live.delete(args[1]);
        remove(...args);
      },
    },
  });
  return { signal, abort: (reason) => controller.abort(reason), listeners: () => live.size };
}
