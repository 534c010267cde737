// Which ids streams have: odd ones for one end and even ones for the other, as nearly every wire has it.

import { byPeer } from "streams-core/kit";
import type { Ids } from "./wire.js";

export interface IdRange {
  /** The first id that this end opens, and the first one of the peer's. */
  readonly local: number;
  readonly remote: number;
  readonly step: number;
  /** The last id that either end may open. */
  readonly max: number;
}

/** Each end opens its ids in order. */
export function parityIds(range: IdRange): Ids {
  return new ParityIds(range);
}

/** As `parityIds`, for peers whose openings may overtake each other: any id of theirs that was not used may come. */
export function gappedIds(range: IdRange): Ids {
  return new GappedIds(range);
}

class ParityIds implements Ids {
  readonly #range: IdRange;
  #next: number;
  lastRemote = 0;

  constructor(range: IdRange) {
    this.#range = range;
    this.#next = range.local;
  }

  take(): number | undefined {
    const id = this.#next;
    if (id > this.#range.max) return undefined;
    this.#next += this.#range.step;
    return id;
  }

  open(id: number): boolean {
    if (id <= this.lastRemote || !this.isRemote(id)) return false;
    this.lastRemote = id;
    return true;
  }

  wasUsed(id: number): boolean {
    if (this.isRemote(id)) return id <= this.lastRemote;
    const { local, step } = this.#range;
    return id >= local && id < this.#next && (id - local) % step === 0;
  }

  protected isRemote(id: number): boolean {
    const { remote, step, max } = this.#range;
    return id >= remote && id <= max && (id - remote) % step === 0;
  }
}

/** Runs of ids that were passed over. A peer makes a few by opening from several threads; many are an attack on our memory. */
const MAX_GAPS = 1000;

class GappedIds extends ParityIds {
  readonly #first: number;
  readonly #step: number;
  /** Runs of ids not used though a larger one was: the first and the last of each, in no order. */
  #gaps: { from: number; to: number }[] = [];

  constructor(range: IdRange) {
    super(range);
    this.#first = range.remote;
    this.#step = range.step;
  }

  override open(id: number): boolean {
    const from = this.lastRemote === 0 ? this.#first : this.lastRemote + this.#step;
    if (super.open(id)) {
      if (id > from) this.#skip(from, id - this.#step);
      return true;
    }
    const gap = this.#gapOf(id);
    if (gap === undefined || !this.isRemote(id)) return false;
    const { to } = gap;
    gap.to = id - this.#step;
    if (gap.to < gap.from) this.#gaps = this.#gaps.filter((one) => one !== gap);
    if (id < to) this.#skip(id + this.#step, to);
    return true;
  }

  override wasUsed(id: number): boolean {
    return super.wasUsed(id) && this.#gapOf(id) === undefined;
  }

  #gapOf(id: number): { from: number; to: number } | undefined {
    if (this.#gaps.length === 0) return undefined;
    return this.#gaps.find(({ from, to }) => id >= from && id <= to && (id - from) % this.#step === 0);
  }

  /** @throws ERR_CALM */
  #skip(from: number, to: number): void {
    if (this.#gaps.length >= MAX_GAPS)
      throw byPeer("ERR_CALM", "The peer opens streams with too many gaps between their ids.");
    this.#gaps.push({ from, to });
  }
}
