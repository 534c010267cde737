// Waiting with a deadline that says what was waited for, so that a hang is a named failure.

/** @throws when `work` has not settled after `ms` */
export async function within<T>(what: string, work: PromiseLike<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${ms} ms in vain for ${what}`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again after every turn of the event loop until the answer is yes. @throws when it is still no after `ms` */
export async function until(what: string, condition: () => boolean | Promise<boolean>, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${ms} ms in vain for ${what}`);
    await turn();
  }
}

/** One turn of the event loop. */
export function turn(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves once `progress` has given the same number for `ms`. */
export async function standstill(progress: () => number, ms: number): Promise<void> {
  for (let before = -1; before !== progress(); ) {
    before = progress();
    await turn(ms);
  }
}
