// Which ids streams get and may have.

import { expect, test } from "vitest";
import { MioIds } from "../src/ids.js";
import { open, sign } from "./tools/frames.js";
import { RawPeer, turn } from "./tools/peer.js";

test.each([
  ["client", [4095, 8191, 12287]],
  ["server", [4096, 8192, 12288]],
] as const)("a %s that may have the original before it leaves room behind each id", (role, ids) => {
  const of = new MioIds(role, "auto");
  expect([of.take(), of.take(), of.take()]).toEqual(ids);
});

test("ours go beyond all that was seen, keep their parity, and hide none of the peer's", () => {
  const ids = new MioIds("client", "auto");
  const first = ids.take() ?? 0;
  for (let id = first + 2; id < first + 100; id += 2) expect(ids.open(id)).toBe(true);
  expect(ids.take()).toBe(first + 98 + 4096);
  expect(ids.open(10_000)).toBe(true);
  expect(ids.take()).toBe(14_097);
  expect(ids.lastRemote).toBe(10_000);
});

test("the peer may have any id that is not in use, in any order", () => {
  const ids = new MioIds("server", "auto");
  expect([9, 2, 0x7fffffff].map((id) => ids.open(id))).toEqual([true, true, true]);
  expect([9, 0].map((id) => ids.open(id))).toEqual([false, false]);
  ids.live.delete(9);
  expect(ids.open(9)).toBe(true);
  const own = ids.take() ?? 0;
  expect(own).toBe(0);
});

test("there are no ids behind the last one", () => {
  const ids = new MioIds("server", "auto");
  ids.open(0x7ffff000);
  expect(ids.take()).toBe(undefined);
});

test("between our own ends ids go up in twos, and the peer's too, each with its parity", () => {
  const ids = new MioIds("client", "streams");
  expect([ids.take(), ids.take()]).toEqual([1, 3]);
  expect([2, 6, 4, 5, 6].map((id) => ids.open(id))).toEqual([true, true, false, false, false]);
  expect([1, 3, 5, 6, 7, 8].map((id) => ids.wasUsed(id))).toEqual([true, true, false, true, false, false]);
  const server = new MioIds("server", "streams");
  expect([server.take(), server.take()]).toEqual([2, 4]);
});

test("the original's own ids count on from whatever came last", () => {
  const ids = new MioIds("client", "counting");
  expect([ids.take(), ids.take()]).toEqual([2, 4]);
  ids.open(11);
  expect(ids.take()).toBe(13);
});

test("idStrategy stock counts only where the original is known to be there", async () => {
  for (const [peer, id] of [
    ["stock", 2],
    ["auto", 4095],
  ] as const) {
    const raw = new RawPeer({ role: "client", peer, idStrategy: "stock" });
    expect(Number((await raw.session.newStream()).id)).toBe(id);
  }
});

test("streams opened before the peer is known are opened when it is, whoever it is", async () => {
  for (const first of [sign, open(2)]) {
    const raw = new RawPeer({ role: "client", peer: "auto" });
    const stream = await raw.session.newStream();
    await turn();
    expect(raw.heard()).toEqual(["08 0 5461074"]);
    await raw.send(first);
    expect(raw.frames.some(({ flags, id }) => flags === 0x0c && id === Number(stream.id))).toBe(true);
  }
});
