// One direction of a link: bytes arrive late, in other pieces than they were sent in, or not at all, but never in another order.

import type { Clock } from "./clock.js";
import type { Random } from "./random.js";

/** How a lane ends before its sender ends it: once `after` bytes have arrived. */
export interface Fate {
  readonly after: number;
  /** The end, as if the sender had half-closed; an error; or nothing more, ever. */
  readonly how: "end" | "error" | "silence";
}

export interface Personality {
  readonly name: string;
  /** Milliseconds that a piece travels, at least and at most. */
  readonly latency: readonly [number, number];
  /** Bytes a millisecond. */
  readonly bandwidth: number;
  /** Bytes of the largest piece that arrives. */
  readonly largest: number;
  /** Bytes on the way after which the sender is asked to wait. */
  readonly room: number;
  /** The chance that a piece stops everything behind it for up to as many milliseconds. */
  readonly stall: readonly [chance: number, milliseconds: number];
  readonly fate?: Fate;
}

export type Arrival = Uint8Array | "end" | "error";

export class Lane {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #personality: Personality;
  readonly #pieces: { bytes: Uint8Array; readonly due: number }[] = [];
  #lastDue = 0;
  #arrived = 0;
  #ending: { readonly how: Arrival; readonly due: number } | undefined;
  /** Bytes on the way. */
  size = 0;
  /** Nothing arrives any more. */
  over = false;
  /** The receiver knows that. */
  ended = false;
  /** Whether its fate has struck. */
  struck = false;

  constructor(clock: Clock, random: Random, personality: Personality) {
    this.#clock = clock;
    this.#random = random;
    this.#personality = personality;
  }

  get full(): boolean {
    return this.size > this.#personality.room;
  }

  /** When something arrives; Infinity for never. */
  get next(): number {
    if (this.over) return Number.POSITIVE_INFINITY;
    return this.#pieces[0]?.due ?? this.#ending?.due ?? Number.POSITIVE_INFINITY;
  }

  send(chunks: readonly Uint8Array[]): void {
    if (this.over || this.#ending !== undefined) return;
    for (const bytes of chunks) {
      this.#pieces.push({ bytes, due: this.#due(bytes.byteLength) });
      this.size += bytes.byteLength;
    }
  }

  /** The sender's end, behind all that it sent. */
  end(): void {
    this.#ending ??= { how: "end", due: this.#due(0) };
  }

  /** The sender broke the link off: what is on the way is lost. */
  breakOff(): void {
    if (this.over || this.struck) return;
    this.#drop();
    this.#ending = { how: "error", due: this.#due(0) };
  }

  /** What arrives now, if anything does. */
  take(): Arrival | undefined {
    if (this.next > this.#clock.now) return undefined;
    const [piece] = this.#pieces;
    if (piece === undefined) return this.#finish(this.#ending?.how ?? "end");
    const { fate, largest } = this.#personality;
    const left = fate === undefined ? Number.POSITIVE_INFINITY : fate.after - this.#arrived;
    if (fate !== undefined && left <= 0) {
      this.struck = true;
      this.#drop();
      if (fate.how !== "silence") return this.#finish(fate.how);
      this.over = true;
      return undefined;
    }
    const length = Math.min(piece.bytes.byteLength, left, 1 + this.#random.below(largest));
    const bytes = piece.bytes.subarray(0, length);
    if (length === piece.bytes.byteLength) this.#pieces.shift();
    else piece.bytes = piece.bytes.subarray(length);
    this.size -= length;
    this.#arrived += length;
    return bytes;
  }

  #finish(how: Arrival): Arrival {
    this.over = true;
    this.ended = true;
    return how;
  }

  #drop(): void {
    this.#pieces.length = 0;
    this.size = 0;
  }

  #due(bytes: number): number {
    const { latency, bandwidth, stall } = this.#personality;
    const [least, most] = latency;
    const late = this.#random.chance(stall[0]) ? this.#random.fraction() * stall[1] : 0;
    const arrival = this.#clock.now + least + this.#random.fraction() * (most - least) + late;
    this.#lastDue = Math.max(this.#lastDue, arrival) + bytes / bandwidth;
    return this.#lastDue;
  }
}
