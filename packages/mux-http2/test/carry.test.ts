import type { ClientHttp2Stream } from "node:http2";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { carry, leftovers, pause, resume } from "../src/carry.js";

/** As much of a node:http2 stream as reading needs, and what was read of it. */
function carried(onData: (wire: ClientHttp2Stream, chunk: string) => void): { wire: Readable; read: string[] } {
  const readable = new Readable({ read: () => {} });
  const wire = readable as unknown as ClientHttp2Stream;
  const read: string[] = [];
  const nothing = (): void => {};
  const rest = { onResponse: nothing, onEnd: nothing, onFinish: nothing, onError: nothing, onClose: nothing };
  for (const chunk of ["a", "b", "c"]) readable.push(chunk);
  carry(
    wire,
    {
      ...rest,
      onData: (chunk) => {
        read.push(Buffer.from(chunk).toString());
        onData(wire, read.join(""));
      },
    },
    false,
  );
  return { wire: readable, read };
}

test("what a paused stream holds comes before what arrives later", async () => {
  const { wire, read } = carried((stream, soFar) => void (soFar === "a" && pause(stream)));
  await turn();
  wire.push("d");
  await turn();
  expect(read.join("")).toBe("abcd");
});

test("what arrives while it is paused is given on at once, and what arrives after it comes behind that", async () => {
  const { wire, read } = carried((stream, soFar) => void (soFar === "abc" && pause(stream)));
  await turn();
  expect(wire.push("d")).toBe(false);
  expect(read.join("")).toBe("abcd");
  resume(wire as unknown as ClientHttp2Stream);
  wire.push("e");
  await turn();
  expect(read.join("")).toBe("abcde");
});

test("leftovers are given once", () => {
  const { wire, read } = carried(() => {});
  const left = leftovers(wire as unknown as ClientHttp2Stream).map((chunk) => Buffer.from(chunk).toString());
  expect(left.join("")).toBe("abc");
  expect(read).toEqual([]);
});
