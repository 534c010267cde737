// The end of a connection, where the line is slow and where the peer is deaf.

import { memoryPair } from "streams-core";
import { toDuplex } from "streams-core/node";
import { expect, onTestFinished, test, vi } from "vitest";
import { HangUp } from "../src/hang-up.js";

test("what was written leaves, however long the peer takes to take it", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const [near, far] = memoryPair({ highWaterMark: 1000 });
  const sock = toDuplex(near);
  const hangUp = new HangUp(sock, 5000);
  for (let i = 0; i < 20; i += 1) sock.write(new Uint8Array(1000));
  hangUp.politely(() => {}, 20);
  let received = 0;
  for (let chunk = await far.read(); chunk !== null; chunk = await far.read()) {
    received += chunk.byteLength;
    vi.advanceTimersByTime(10);
  }
  expect(received).toBe(20_000);
  await far.close();
  vi.advanceTimersByTime(40);
  await hangUp.gone;
});

test("a peer that takes nothing is cut off", async () => {
  const [near, far] = memoryPair({ highWaterMark: 1000 });
  const sock = toDuplex(near);
  const hangUp = new HangUp(sock, 60);
  for (let i = 0; i < 20; i += 1) sock.write(new Uint8Array(1000));
  hangUp.politely(() => {}, 20);
  await hangUp.gone;
  await expect(far.closed).rejects.toMatchObject({ code: "ERR_RESET" });
});

test("a peer that does not hang up too is cut off, whatever it goes on sending", async () => {
  const [near, far] = memoryPair();
  const hangUp = new HangUp(toDuplex(near), 60_000);
  hangUp.politely(() => {}, 20);
  const talking = (async () => {
    for (;;) {
      await far.write(new Uint8Array(10));
      await new Promise((done) => setImmediate(done));
    }
  })();
  await hangUp.gone;
  await expect(talking).rejects.toMatchObject({ code: "ERR_RESET" });
});
