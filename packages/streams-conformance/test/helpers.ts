import { expect } from "vitest";
import type { Planned } from "../src/index.js";

/** Fails unless the case whose name begins so is run and fails. */
export async function expectRed(planned: readonly Planned[], name: string): Promise<void> {
  const one = planned.find((it) => it.name.startsWith(name));
  expect(one, `a case named "${name}"`).toBeDefined();
  expect(one?.skipped).toBeUndefined();
  await withoutRunnersTraps(async () => {
    await expect(one?.run()).rejects.toThrow(/./);
  });
}

/** The runner would take the escaped rejections, which are the point here, for its own. */
async function withoutRunnersTraps(work: () => Promise<void>): Promise<void> {
  const events = ["unhandledRejection", "uncaughtException"] as const;
  const listeners = events.map((event) => process.rawListeners(event));
  for (const event of events) process.removeAllListeners(event);
  process.on("unhandledRejection", () => {});
  try {
    await work();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    events.forEach((event, i) => {
      process.removeAllListeners(event);
      for (const listener of listeners[i] ?? []) process.on(event, listener as () => void);
    });
  }
}
