import { Duplex } from "node:stream";
import { afterTick } from "streams-core/kit";
import { describe, expect, test } from "vitest";
import { type Taker, Turns } from "../src/turns.js";

const KIB = 1024;
const overNow = (): Promise<void> => new Promise((resolve) => afterTick(resolve));

/** A connection that takes each batch of writes when it is told to. */
function connection(): { sock: Duplex; batches: string[][]; drain(): void } {
  const batches: string[][] = [];
  let done = (): void => {};
  const take = (chunks: Buffer[], callback: () => void): void => {
    batches.push(chunks.map((chunk) => chunk.toString().charAt(0)));
    done = callback;
  };
  const sock = new Duplex({
    read() {},
    write: (chunk, _encoding, callback) => take([chunk], callback),
    writev: (items, callback) =>
      take(
        items.map(({ chunk }) => chunk),
        callback,
      ),
  });
  return { sock, batches, drain: () => done() };
}

/** A stream with so many pieces of 64 KiB. */
function taker(sock: Duplex, name: string, pieces: number): Taker {
  let left = pieces;
  return {
    flush() {
      left -= 1;
      sock.write(name.repeat(64 * KIB));
      return left > 0;
    },
  };
}

describe("the turns of a connection", () => {
  test("let streams write piece by piece, one after the other, until it is full, and go on in that order", async () => {
    const { sock, batches, drain } = connection();
    const turns = new Turns(sock, () => {});
    turns.take(taker(sock, "a", 4));
    turns.take(taker(sock, "b", 1));
    turns.take(taker(sock, "c", 3));
    expect(batches).toEqual([]);
    await overNow();
    expect(batches).toEqual([["a", "b", "c", "a"]]);
    const drained = new Promise((resolve) => sock.once("drain", resolve));
    drain();
    await drained;
    await overNow();
    expect(batches).toEqual([
      ["a", "b", "c", "a"],
      ["c", "a", "c", "a"],
    ]);
  });

  test("put what goes first before the streams, and forget those that ended", async () => {
    const { sock, batches } = connection();
    const turns = new Turns(sock, () => void sock.write("1"));
    const gone = taker(sock, "a", 1);
    turns.take(gone);
    turns.take(taker(sock, "b", 1));
    turns.forget(gone);
    await overNow();
    expect(batches).toEqual([["1", "b"]]);
  });
});
