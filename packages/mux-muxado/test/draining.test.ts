// What a session that takes no new streams does with those that still come.

import { muxado } from "mux-muxado";
import { memoryPair } from "streams-core";
import { expect, onTestFinished, test } from "vitest";
import { hex } from "./tools/events.js";

test("draining passes over in silence what the GOAWAY refused, and refuses what a later stream had overtaken", async () => {
  const [near, far] = memoryPair();
  const session = muxado({ peer: "stock" })(near, "server");
  onTestFinished(async () => {
    far.reset();
    await session.close();
  });
  const heard: string[] = [];
  void (async () => {
    for await (const chunk of far) heard.push(Buffer.from(chunk).toString("hex"));
  })().catch(() => {});
  const say = async (...frames: string[]): Promise<string> => {
    heard.length = 0;
    await far.write(hex(...frames));
    for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
    return heard.join("");
  };

  const listener = session.listen();
  await say("00000012 00000007");
  await listener.accept();
  void session.shutdown();
  expect(await say()).toBe("00000830000000000000000700000000000000f000000000");
  expect(await say("00000212 00000009 6869")).toBe("");
  expect(await say("00000212 00000003 6869")).toBe("000004000000000300000005");
  expect(session.stats().streamsOpen).toBe(1);
});
