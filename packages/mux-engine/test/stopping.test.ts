// Ending one direction of a stream from its reading end.

import { expect, test } from "vitest";
import { World } from "./tools/world.js";

test("a second stopReading says nothing to the peer, and the first code stays", async () => {
  const world = new World();
  const stream = await world.client.session.newStream();
  await world.settle();
  stream.stopReading(4);
  stream.stopReading(5);
  world.client.flush(1 << 20);
  const once = world.client.pending;
  stream.stopReading(6);
  world.client.flush(1 << 20);
  expect(world.client.pending).toBe(once);
  await expect(stream.read()).rejects.toMatchObject({ code: "ERR_RESET", remote: false, resetCode: 4 });
  await world.settle();
  const inbound = await world.server.session.listen().accept();
  await expect(inbound?.write(new Uint8Array(1))).rejects.toMatchObject({ remote: true, resetCode: 4 });
});
