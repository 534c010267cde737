// Time limits of cases.

/** @throws an error that names what did not come in time */
export async function within<T>(promise: Promise<T>, limit: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${limit} ms in vain for ${what}.`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the promise is still pending after so many milliseconds. @throws if it settled, however */
export async function hangs(promise: Promise<unknown>, milliseconds: number, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const settled = promise.then(
    (value) => `gave ${JSON.stringify(value)}`,
    (error: unknown) => `failed with ${error}`,
  );
  const pending = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  const how = await Promise.race([settled, pending]);
  clearTimeout(timer);
  if (how !== undefined) throw new Error(`${what} was expected to hang, but ${how}.`);
}
