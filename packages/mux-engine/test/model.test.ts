// Random programs on two sessions whose bytes are cut at random: what arrives is a prefix of what was sent, in order; an end comes
// only after everything; what nobody broke arrives whole; and in the end nothing is left. FUZZ_SEEDS sets how many programs run,
// FUZZ_SEED the first one.

import type { EngineStream } from "mux-engine";
import { isStreamsError } from "streams-core";
import { expect, test } from "vitest";
import { type End, microtasks, World } from "./tools/world.js";

const FIRST = Number(process.env.FUZZ_SEED ?? 1);
const SEEDS = Number(process.env.FUZZ_SEEDS ?? 2000);

/** What one end wrote on one stream, and what the other has read. */
class Direction {
  readonly sent: number[] = [];
  received = 0;
  closed = false;
  ended = false;
  /** Somebody reset it, stopped it or took a write back: it need not arrive whole. */
  broken = false;

  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  next(length: number): Uint8Array {
    const chunk = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) chunk[i] = this.byteAt(this.sent.length + i);
    for (const byte of chunk) this.sent.push(byte);
    return chunk;
  }

  byteAt(at: number): number {
    return (Math.imul(at + this.#seed, 0x9e3779b1) >>> 11) & 255;
  }

  got(chunk: Uint8Array): void {
    if (this.ended) throw new Error("Bytes came after the end.");
    for (const byte of chunk) {
      if (this.received >= this.sent.length) throw new Error("More came than was sent.");
      if (byte !== this.sent[this.received]) throw new Error(`Byte ${this.received} is another one.`);
      this.received += 1;
    }
  }
}

interface Side {
  readonly stream: EngineStream;
  readonly out: Direction;
  readonly in: Direction;
  reading: boolean;
}

class Program {
  readonly #world: World;
  readonly #random: () => number;
  readonly #sides: Side[] = [];
  readonly #byId = new Map<string, [Direction, Direction]>();
  readonly #work: Promise<unknown>[] = [];
  fault: Error | undefined;

  constructor(seed: number) {
    let state = Math.imul(seed, 0x9e3779b1) | 1;
    this.#random = () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) / 2 ** 32;
    };
    const options = {
      initialWindow: 16384,
      maxFrame: 16384,
      maxWindow: this.#pick([16384, 65536]),
      growthBudget: 50_000,
    };
    this.#world = new World(options);
    for (const end of [this.#world.client, this.#world.server]) void this.#accept(end);
  }

  async run(): Promise<void> {
    const steps = 5 + this.#below(40);
    for (let i = 0; i < steps; i += 1) {
      for (let n = this.#below(4); n >= 0; n -= 1) this.#act();
      this.#move();
      if (this.#random() < 0.4) await microtasks();
    }
    await this.#finish();
  }

  #act(): void {
    const side = this.#sides[this.#below(this.#sides.length)];
    const dice = this.#random();
    if (side === undefined || dice < 0.12) return this.#open(this.#pick([this.#world.client, this.#world.server]));
    if (dice < 0.5) return this.#write(side);
    if (dice < 0.75) return this.#read(side);
    if (dice < 0.9) return this.#close(side);
    if (dice < 0.93) return this.#stop(side);
    if (dice < 0.96) return this.#reset(side);
    this.#track(this.#pick([this.#world.client, this.#world.server]).session.ping());
  }

  #open(end: End): void {
    const opening = end.session.newStream(this.#random() < 0.3 ? { name: "value" } : undefined, {
      priority: { urgency: this.#pick([0, 3, 3, 7]) },
    });
    this.#track(
      opening.then((stream) => {
        const directions: [Direction, Direction] = [new Direction(stream.number), new Direction(stream.number + 7777)];
        this.#byId.set(stream.id, directions);
        this.#sides.push({ stream, out: directions[0], in: directions[1], reading: false });
      }),
    );
  }

  async #accept(end: End): Promise<void> {
    const listener = end.session.listen(this.#random() < 0.5 ? undefined : () => ({ accept: true }));
    for await (const stream of listener) {
      const [out, back] = this.#byId.get(stream.id) ?? [];
      if (out === undefined || back === undefined) throw new Error("A stream came that nobody opened.");
      this.#sides.push({ stream: stream as EngineStream, out: back, in: out, reading: false });
    }
  }

  #write(side: Side): void {
    if (side.out.closed || side.stream.ended) return;
    const size = this.#pick([1, 10, 600, 5000, 20_000]);
    this.#track(side.stream.write(side.out.next(1 + this.#below(size))));
  }

  #read(side: Side): void {
    if (side.reading) return;
    side.reading = true;
    this.#track(
      side.stream.read().then(
        (chunk) => {
          side.reading = false;
          if (chunk !== null) return side.in.got(chunk);
          side.in.ended = true;
          if (!side.in.closed || side.in.received !== side.in.sent.length) throw new Error("The end came too early.");
        },
        (error) => {
          side.reading = false;
          if (!side.in.broken) throw error;
        },
      ),
    );
  }

  #close(side: Side): void {
    if (!side.stream.ended) side.out.closed = true;
    this.#track(side.stream.close());
  }

  #stop(side: Side): void {
    side.in.broken = true;
    side.stream.stopReading(4);
  }

  #reset(side: Side): void {
    side.in.broken = true;
    side.out.broken = true;
    side.stream.reset(4);
  }

  /** Some bytes from one end to the other. */
  #move(): void {
    const { client, server } = this.#world;
    this.#world.clock.now += this.#below(20);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      if (this.#random() < 0.3) from.session.blocked(this.#random() < 0.5);
      if (this.#random() < 0.7) from.flush(this.#pick([1, 1000, 100_000]));
      for (let n = this.#below(4); n > 0 && from.pending > 0; n -= 1) {
        to.session.receive(from.pull(1 + this.#below(this.#pick([3, 100, 40_000]))));
      }
    }
  }

  /** Closes everything, reads everything, and looks at what is left. */
  async #finish(): Promise<void> {
    for (const end of [this.#world.client, this.#world.server]) end.session.blocked(false);
    for (let round = 0; round < 400; round += 1) {
      await this.#world.settle();
      let open = false;
      for (const side of this.#sides) {
        if (!side.out.closed) this.#close(side);
        if (!side.in.ended && !side.stream.failed) this.#read(side);
        if (!side.stream.ended || !(side.in.ended || side.in.broken)) open = true;
      }
      if (!open && round > 1) break;
    }
    await this.#world.settle();
    for (const end of [this.#world.client, this.#world.server]) if (end.over !== undefined) await end.session.closed;
    for (const { in: way, stream } of this.#sides) {
      if (way.broken || way.ended) continue;
      throw new Error(`Stream ${stream.id} got ${way.received} of ${way.sent.length} bytes and no end.`);
    }
    for (const end of [this.#world.client, this.#world.server]) {
      const { streamsOpen } = end.session.stats();
      if (streamsOpen > 0) throw new Error(`${streamsOpen} streams are left.`);
    }
    this.#track(this.#world.client.session.shutdown());
    this.#track(this.#world.server.session.shutdown());
    await this.#world.settle();
    await Promise.all([this.#world.client.session.closed, this.#world.server.session.closed]);
    await Promise.all(this.#work);
    if (this.fault !== undefined) throw this.fault;
  }

  /** Every promise must settle; those of broken streams may reject, with an error of ours. */
  #track(work: Promise<unknown>): void {
    const judged = work.then(
      () => {},
      (error: unknown) => {
        if (!isStreamsError(error)) this.fault ??= error as Error;
      },
    );
    this.#work.push(judged);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.#below(choices.length)] ?? choices[0];
  }
}

test(`${SEEDS} random programs agree with the model`, { timeout: 5000 + SEEDS * 20 }, async () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
    try {
      await Promise.race([new Program(seed).run(), stuck()]);
    } catch (error) {
      throw new Error(`FUZZ_SEED=${seed} FUZZ_SEEDS=1 fails: ${String(error)}`, { cause: error });
    }
  }
  expect(SEEDS).toBeGreaterThan(0);
});

let timer: ReturnType<typeof setTimeout> | undefined;

function stuck(): Promise<never> {
  clearTimeout(timer);
  return new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("A promise never settled.")), 3000);
    timer.unref();
  });
}
