// The judge of the hostile rows notices what it is there for.

import { describe, expect, test, vi } from "vitest";
import { judge, type Script } from "../src/hostile/judge.js";
import { nativeCodec } from "../src/hostile/native.js";

const kept: Uint8Array[] = [];

describe("the judge", () => {
  const cases: readonly (readonly [string, Script, RegExp])[] = [
    [
      "a promise that never settles",
      async (site) => {
        const { session } = site.peer();
        session.ping = () => new Promise(() => {});
        void session.ping();
      },
      /a promise of ping/,
    ],
    ["a timer", async () => void setTimeout(() => {}, 60_000), /1 timers/],
    ["memory", async () => void kept.push(new Uint8Array(4 << 20)), /The heap grew/],
    ["a line on the console", async () => console.log("hello"), /console: hello/],
    ["listeners that pile up", async () => void process.emitWarning("many", "MaxListenersExceededWarning"), /many/],
    [
      "a stream that stays open",
      async (site) => {
        const { session } = site.peer({ role: "client" });
        await session.newStream();
        const stats = session.stats();
        session.stats = () => stats;
      },
      /1 streams/,
    ],
  ];
  test.each(cases)("notices %s", async (_, script, message) => {
    await expect(judge(nativeCodec, vi, script)).rejects.toThrow(message);
    kept.length = 0;
  });

  test("finds nothing where nothing is left", async () => {
    await judge(nativeCodec, vi, async (site) => void (await site.peer().session.ready));
  });
});
