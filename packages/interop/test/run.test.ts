// The runner: what it makes of a case's end, and that nothing of a case outlives it.

import { expect, test } from "vitest";
import type { Case, Original, Trial } from "../src/original.js";
import type { Peer } from "../src/peer.js";
import { planOf, type Try } from "../src/plan.js";
import { runAll, runOne } from "../src/run.js";
import { hangs } from "../src/within.js";
import { nativeOriginal } from "./tools/native-original.js";

const tryOf = (
  run: (t: Trial) => Promise<void>,
  more: Partial<Case> = {},
  original: Original = nativeOriginal(),
): Try => ({
  wire: "native",
  original,
  role: "client",
  case: { name: "a case", run, ...more },
});

test("a case that ends has passed, one that records is recorded with its words, one that throws has failed with its error", async () => {
  const outcomes = await runAll([
    tryOf(async (t) => void (await t.start())),
    tryOf(async (t) => t.record("it hangs")),
    tryOf(() => Promise.reject(new Error("no bytes came"))),
  ]);
  expect(outcomes.map(({ result, note }) => [result, note.split("\n")[0]])).toEqual([
    ["passed", ""],
    ["recorded", "it hangs"],
    ["failed", "Error: no bytes came"],
  ]);
});

test("a case that hangs fails when its time is over, and its session and its peer end", async () => {
  let started: Promise<unknown> | undefined;
  const forever = tryOf(
    async (t) => {
      const { session } = await t.start();
      started = session.closed;
      await new Promise(() => {});
    },
    { limit: 50 },
  );
  expect(await runOne(forever)).toMatchObject({
    result: "failed",
    note: expect.stringContaining("Waited 50 ms in vain"),
  });
  await started;
});

test("a peer that does not start is a failure and not a wait for its connection", async () => {
  const original: Original = { ...nativeOriginal(), start: () => Promise.reject(new Error("it does not build")) };
  const outcome = await runOne(tryOf(async (t) => void (await t.start()), {}, original));
  expect(outcome).toMatchObject({ result: "failed", note: expect.stringContaining("it does not build") });
});

test("a case that leaves a stream behind leaves no peer behind", async () => {
  const peers: Peer[] = [];
  const outcome = await runOne(
    tryOf(async (t) => {
      const { session, peer } = await t.start();
      peers.push(peer);
      await session.newStream();
    }),
  );
  expect(outcome.result).toBe("passed");
  await expect(peers[0]?.open()).rejects.toThrow(/closed/i);
});

test("bare bytes reach the peer and the peer's reach the case", async () => {
  const outcome = await runOne(
    tryOf(async (t) => {
      const { conn } = await t.raw();
      expect((await conn.read())?.byteLength).toBeGreaterThan(0);
    }),
  );
  expect(outcome).toMatchObject({ result: "passed", note: "" });
});

test("where only clients open, a common case is tried in the one role in which its opener is the client", () => {
  const wire = { name: "w", cases: [], ours: nativeOriginal().mux, stock: nativeOriginal().mux };
  const plan = planOf({ ...wire, originals: [{ ...nativeOriginal(), opens: "client" }] });
  const roles = new Map(plan.map((one) => [one.case.name, one.role]));
  expect(roles.get("the peer echoes 1 B on a stream of ours")).toBe("client");
  expect(roles.get("we echo 1 B on a stream of the peer's")).toBe("server");
  expect(roles.size).toBe(plan.length);
});

test("an exception for a case that there is not, or a case for an original that there is not, is refused", () => {
  const wire = { name: "w", cases: [], ours: nativeOriginal().mux, stock: nativeOriginal().mux };
  const except = { "the peer sings": "it cannot" };
  expect(() => planOf({ ...wire, originals: [{ ...nativeOriginal(), except }] })).toThrow(
    /"the peer sings", which is none/,
  );
  const lonely = { name: "a case", originals: ["nobody"], run: () => Promise.resolve() };
  expect(() => planOf({ ...wire, originals: [nativeOriginal()], cases: [lonely] })).toThrow(/"nobody", which is none/);
});

test("an excepted case is not applicable, with the reason, and is not run", async () => {
  const outcome = await runOne({ ...tryOf(() => Promise.reject(new Error("ran"))), except: "it has no ends" });
  expect(outcome).toMatchObject({ result: "not applicable", note: "it has no ends" });
});

test("what was expected to hang and does not is told with how it ended", async () => {
  await hangs(new Promise(() => {}), 1, "nothing");
  await expect(hangs(Promise.resolve(3), 1000, "a read")).rejects.toThrow("a read was expected to hang, but gave 3.");
  await expect(hangs(Promise.reject(new Error("x")), 1000, "a read")).rejects.toThrow("but failed with Error: x");
});
