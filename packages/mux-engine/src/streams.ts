// The streams of a session: which are open, which ids were used, how many there are.

import { StreamsError } from "streams-core";
import { IdTable } from "./id-table.js";
import type { EngineStream } from "./stream.js";
import type { Ids } from "./wire.js";

/** Sweeps that a half-closed stream may stay silent. */
const SILENT_SWEEPS = 4;

export class Streams {
  readonly #ids: Ids;
  readonly #open = new IdTable<EngineStream>();
  #nextLocal: number;
  /** The last id that the peer opened; 0 before the first. */
  lastRemote = 0;
  #remote = 0;
  opened = 0;
  accepted = 0;

  constructor(ids: Ids) {
    this.#ids = ids;
    this.#nextLocal = ids.local;
  }

  /** Open now. */
  get size(): number {
    return this.#open.size;
  }

  /** Opened by the peer and open now. */
  get remote(): number {
    return this.#remote;
  }

  get(id: number): EngineStream | undefined {
    return this.#open.get(id);
  }

  /** Those open now, in the order of their ids. */
  [Symbol.iterator](): Iterator<EngineStream> {
    return this.#open
      .values()
      .sort((a, b) => a.number - b.number)
      .values();
  }

  /** The id for a new stream of ours. @throws ERR_STREAMS_EXHAUSTED */
  takeLocalId(): number {
    const id = this.#nextLocal;
    if (id > this.#ids.max) {
      throw new StreamsError("ERR_STREAMS_EXHAUSTED", "This session has used all its stream ids; open a new session.", {
        retryable: true,
      });
    }
    this.#nextLocal += this.#ids.step;
    return id;
  }

  /** Whether the peer may open this id now. */
  mayOpen(id: number): boolean {
    const { remote, step, max } = this.#ids;
    return id > this.lastRemote && id >= remote && id <= max && (id - remote) % step === 0;
  }

  /** Whether the id is of a stream that is or was open. */
  wasOpen(id: number): boolean {
    const { local, remote, step } = this.#ids;
    if ((id - remote) % step === 0) return id >= remote && id <= this.lastRemote;
    return id >= local && id < this.#nextLocal;
  }

  add(stream: EngineStream): void {
    this.#open.add(stream);
    if (stream.local) this.opened += 1;
    else this.#remote += 1;
  }

  delete(stream: EngineStream): boolean {
    if (!this.#open.delete(stream.number)) return false;
    if (!stream.local) this.#remote -= 1;
    return true;
  }

  /** Resets the half-closed streams that heard nothing for too many sweeps. False if none is half-closed any more. */
  sweep(): boolean {
    let lingering = false;
    for (const stream of this.#open.values()) {
      if (!stream.sendEnded || stream.receiveEnded) continue;
      // What waits for our reader is not the peer's silence.
      stream.silentSweeps = stream.unread > 0 ? 0 : stream.silentSweeps + 1;
      if (stream.silentSweeps > SILENT_SWEEPS) stream.reset();
      else lingering = true;
    }
    return lingering;
  }
}
