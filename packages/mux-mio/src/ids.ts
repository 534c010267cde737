// Which ids streams have. To the original there is no parity: both of its ends count on from whatever id came last.

import type { Ids, Role } from "mux-engine";
import * as L from "./layout.js";
import { StockStream } from "./stock-stream.js";

/** Who is at the other end; "counting" is the original, and our ids are to be those that it would take. */
export type Peer = "auto" | "stock" | "counting" | "streams";

export class MioIds implements Ids {
  lastRemote = 0;
  /** Both ends are ours, and open ids in order: clients odd ones, servers even ones. */
  ours: boolean;
  readonly #odd: number;
  readonly #step: number;
  /** The largest id of either end, or between our own ends of this one. */
  #top: number;
  /** The original's streams that are not over. */
  readonly live: Map<number, StockStream> = new Map();

  constructor(role: Role, peer: Peer) {
    this.ours = peer === "streams";
    this.#odd = role === "client" ? 1 : 0;
    this.#step = peer === "counting" ? 2 : L.APART;
    this.#top = peer === "counting" ? 0 : -this.#odd;
  }

  take(): number | undefined {
    let id = this.#top + (this.ours ? 2 : this.#step);
    if (this.#step === L.APART && (id & 1) !== this.#odd) id += 1;
    if (id > L.MAX_ID) return undefined;
    this.#top = id;
    if (!this.ours) this.live.set(id, new StockStream(false));
    return id;
  }

  open(id: number): boolean {
    if (this.ours ? id <= this.lastRemote || (id & 1) === this.#odd : id === 0 || this.live.has(id)) return false;
    this.lastRemote = id;
    if (this.ours) return true;
    this.#top = Math.max(this.#top, id);
    this.live.set(id, new StockStream(true));
    return true;
  }

  wasUsed(id: number): boolean {
    return id > 0 && id <= (this.ours && (id & 1) !== this.#odd ? this.lastRemote : this.#top);
  }

  isOver(id: number): boolean {
    return !this.ours && !this.live.has(id) && this.wasUsed(id);
  }
}
