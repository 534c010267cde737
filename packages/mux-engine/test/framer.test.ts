import fc from "fast-check";
import { Framer, readU32, type Syntax } from "mux-engine";
import { expect, test } from "vitest";

/** Records: a length of four bytes, then as many bytes passed through, then a trailer of `trailer` contiguous bytes. */
class Records implements Syntax {
  want = 4;
  flow = 0;
  readonly seen: string[] = [];
  readonly #trailer: number;
  #payload = "";
  #inTrailer = false;

  constructor(trailer: number) {
    this.#trailer = trailer;
  }

  take(bytes: Uint8Array, at: number): void {
    if (this.#inTrailer) {
      this.seen.push(`${this.#payload}|${Buffer.from(bytes.subarray(at, at + this.want)).toString("hex")}`);
      this.#payload = "";
      this.want = 4;
    } else {
      this.flow = readU32(bytes, at);
      this.want = this.#trailer;
    }
    this.#inTrailer = !this.#inTrailer;
  }

  pass(payload: Uint8Array): void {
    this.flow -= payload.byteLength;
    this.#payload += Buffer.from(payload).toString("hex");
  }
}

function read(pieces: readonly Uint8Array[], trailer: number): string[] {
  const records = new Records(trailer);
  const framer = new Framer(records);
  for (const piece of pieces) framer.feed(piece);
  return records.seen;
}

test("any cutting of the bytes gives the same events", () => {
  const record = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 8 }),
      fc.integer({ min: 1, max: 200 }),
      fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 100 }),
      (payloads, trailer, cuts) => {
        const whole = Buffer.concat(
          payloads.flatMap((payload) => {
            const length = Buffer.alloc(4);
            length.writeUInt32BE(payload.byteLength);
            return [length, payload, Buffer.alloc(trailer, payload.byteLength)];
          }),
        );
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          pieces.push(new Uint8Array(whole.subarray(at, at + cut)));
          at += cut;
        }
        pieces.push(new Uint8Array(whole.subarray(at)));
        const expected = payloads.map((payload) => {
          const end = Buffer.alloc(trailer, payload.byteLength).toString("hex");
          return `${Buffer.from(payload).toString("hex")}|${end}`;
        });
        expect(read(pieces, trailer)).toEqual(expected);
        expect(
          read(
            Array.from(whole, (byte) => Uint8Array.of(byte)),
            trailer,
          ),
        ).toEqual(expected);
      },
    ),
    { numRuns: 200 },
  );
});

test("a size that was announced allocates nothing: only what arrived is kept", () => {
  const before = process.memoryUsage().arrayBuffers;
  const framers = Array.from({ length: 100 }, () => {
    const framer = new Framer({ want: 0x7fffffff, flow: 0, take: () => {}, pass: () => {} });
    framer.feed(new Uint8Array(100));
    return framer;
  });
  expect(framers).toHaveLength(100);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 1024);
});

test("payload is passed on as a view of the chunk it came in", () => {
  const views: Uint8Array[] = [];
  const framer = new Framer({
    want: 1,
    flow: 5,
    take: () => {},
    pass(view) {
      views.push(view);
      this.flow -= view.byteLength;
    },
  } as Syntax & { flow: number });
  const chunk = new Uint8Array(8);
  framer.feed(chunk.subarray(0, 3));
  framer.feed(chunk.subarray(3));
  expect(views.map((view) => [view.buffer === chunk.buffer, view.byteLength])).toEqual([
    [true, 3],
    [true, 2],
  ]);
});
