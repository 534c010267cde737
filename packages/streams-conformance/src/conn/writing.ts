// write: in call order, any size, empty is nothing, never for lack of room; nothing after close.

import { equal, equalBytes } from "../tools/assert.js";
import { bytes, concat, pattern, text } from "../tools/bytes.js";
import type { ConnCase } from "./scene.js";

const theme = "writing";
const KIB = 1024;

/** Around the frames and windows that wires have. */
const SIZES: readonly number[] = [
  0,
  1,
  2,
  ...[16 * KIB, 32 * KIB, 64 * KIB, 256 * KIB, 1024 * KIB].flatMap((size) => [size - 1, size, size + 1]),
];

export const writing: readonly ConnCase[] = [
  {
    theme,
    name: "chunks arrive in the order of the calls, also when nobody waits for the writes",
    async run(t) {
      const { near, far } = await t.pair();
      const chunks = Array.from({ length: 200 }, (_, i) => pattern(1 + ((i * 7919) % 3000), i));
      const writes = chunks.map((chunk) => near.write(chunk.slice()));
      void near.close();
      equalBytes(await t.readAll(far), concat(chunks), "bytes received");
      await t.within("all writes", Promise.all(writes));
    },
  },
  {
    theme,
    name: "what is no chunk, as a caller without types may give, is refused and sends nothing",
    async run(t) {
      const { near, far } = await t.pair();
      const memory = new ArrayBuffer(4);
      for (const wrong of ["text", 7, [1, 2], memory, new DataView(memory), new Uint16Array(memory)]) {
        await t.rejects("write", Reflect.apply(near.write, near, [wrong]), "ERR_OPTION_INVALID");
      }
      await t.write(near, bytes("a"));
      equal(text(await t.readExactly(far, 1)), "a", "bytes received");
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "an empty chunk sends nothing and ends nothing",
    async run(t) {
      const { near, far } = await t.pair();
      await t.write(near, new Uint8Array(0));
      await t.write(near, bytes("a"));
      await t.write(near, new Uint8Array(0));
      await t.write(near, bytes("b"));
      equal(text(await t.readExactly(far, 2)), "ab", "bytes received");
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "a chunk of every size arrives whole",
    patience: 8,
    async run(t) {
      const { near, far } = await t.pair();
      for (const size of [...SIZES, ...t.limits.sizes]) {
        const sent = pattern(size, size);
        void near.write(sent.slice());
        void near.write(bytes("|"));
        const received = await t.readExactly(far, size + 1);
        equalBytes(received, concat([sent, bytes("|")]), `a chunk of ${size} bytes and a separator`);
      }
    },
  },
  {
    theme,
    name: "a thousand chunks of one byte arrive",
    async run(t) {
      const { near, far } = await t.pair();
      const sent = pattern(1000);
      for (let at = 0; at < sent.byteLength; at += 1) void near.write(sent.slice(at, at + 1));
      equalBytes(await t.readExactly(far, 1000), sent, "bytes received");
    },
  },
  {
    theme,
    name: "a view sends its own bytes only, and views of one buffer may be written one after the other",
    async run(t) {
      const { near, far } = await t.pair();
      const whole = pattern(10_000);
      const buffer = whole.slice();
      for (let at = 0; at < 10_000; at += 100) {
        if (at % 200 === 100) void near.write(buffer.subarray(at, at + 100));
      }
      void near.close();
      const odd = Array.from({ length: 50 }, (_, i) => whole.subarray(i * 200 + 100, i * 200 + 200));
      equalBytes(await t.readAll(far), concat(odd), "bytes received");
    },
  },
  {
    theme,
    name: "write after close rejects with ERR_CLOSED, and what was written before it arrives",
    async run(t) {
      const { near, far } = await t.pair();
      void near.write(bytes("before"));
      const closing = near.close();
      await t.rejects("write after close", near.write(bytes("after")), "ERR_CLOSED", { remote: false });
      equal(text(await t.readAll(far)), "before", "bytes received");
      await t.within("close() to resolve", closing);
      await t.rejects("a later write", near.write(bytes("after")), "ERR_CLOSED", { remote: false });
    },
  },
  {
    theme,
    name: "a write whose signal has fired already rejects with its reason and sends nothing",
    async run(t) {
      const { near, far } = await t.pair();
      const reason = new Error("not any more");
      const write = near.write(bytes("never"), { signal: AbortSignal.abort(reason) });
      await t.rejectsWith("a write with a fired signal", write, reason);
      await t.write(near, bytes("next"));
      await t.close(near);
      equal(text(await t.readAll(far)), "next", "bytes received");
    },
  },
  {
    theme,
    name: "both ends write at the same time and read what the other wrote",
    symmetric: true,
    async run(t) {
      const { near, far } = await t.pair();
      const there = pattern(1024 * KIB, 3);
      const back = pattern(1024 * KIB, 4);
      void near.write(there.slice());
      void far.write(back.slice());
      const [atFar, atNear] = await Promise.all([
        t.readExactly(far, there.byteLength),
        t.readExactly(near, back.byteLength),
      ]);
      equalBytes(atFar, there, "what the far end read");
      equalBytes(atNear, back, "what the near end read");
    },
  },
];
