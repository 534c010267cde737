// The numbers of the streams that this end opens.

import { expect, test } from "vitest";
import { OutboundStreams } from "../src/outbound.js";
import type { SshStream, StreamHost } from "../src/stream.js";

const nothing = (): void => {};
const host: StreamHost = {
  ...{ role: "client", writeBuffer: 1000, windows: () => undefined, overrun: nothing, cutShort: nothing },
  ...{ take: nothing, gather: nothing, grant: nothing, tellReset: nothing, ended: nothing },
};

test("row 26: the last number opens a stream, and after it the session has none left", () => {
  const streams = new Map<number, SshStream>();
  const end = (): never => {
    throw new Error("Nothing is opened before the connection is.");
  };
  const outbound = new OutboundStreams({ host, streams, role: "client", end, ours: () => true });
  outbound.opened = 2 ** 32 - 2;
  const last = outbound.create(new Uint8Array(0));
  expect(last.number).toBe(2 ** 32 - 1);
  expect(() => outbound.create(new Uint8Array(0))).toThrow(expect.objectContaining({ code: "ERR_STREAMS_EXHAUSTED" }));
  expect([...streams.values()]).toEqual([last]);
});
