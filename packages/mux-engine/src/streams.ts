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
  #remote = 0;
  opened = 0;
  accepted = 0;

  constructor(ids: Ids) {
    this.#ids = ids;
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
    const id = this.#ids.take();
    if (id !== undefined) return id;
    throw new StreamsError("ERR_STREAMS_EXHAUSTED", "This session has used all its stream ids; open a new session.", {
      retryable: true,
    });
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
      if (!stream.sendEnded && !stream.receiveEnded) continue;
      // What waits for our reader, or writer, is not the peer's silence.
      const stuck = stream.receiveEnded ? stream.unsent.size > 0 && stream.sendCredit <= 0 : stream.unread === 0;
      stream.silentSweeps = stuck ? stream.silentSweeps + 1 : 0;
      if (stream.silentSweeps > SILENT_SWEEPS) stream.reset();
      else lingering = true;
    }
    return lingering;
  }
}
