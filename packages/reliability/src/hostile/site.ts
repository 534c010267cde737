// Where a script runs: peers against sessions, pairs of sessions, and a clock that only the script moves.

import type { SessionOptions } from "mux-engine";
import { memoryPair, type StreamProvider } from "streams-core";
import type { HostileCodec } from "./codec.js";
import { HostilePeer, type PeerOptions, turn } from "./peer.js";
import { Pending } from "./watched.js";

/** Of vitest's `vi`: a clock that stands still. */
export interface FakeTimers {
  useFakeTimers(options: { toFake: ("setTimeout" | "clearTimeout" | "performance")[] }): unknown;
  useRealTimers(): unknown;
  advanceTimersByTimeAsync(ms: number): Promise<unknown>;
  getTimerCount(): number;
}

export interface Pair {
  readonly client: StreamProvider;
  readonly server: StreamProvider;
}

export class Site {
  readonly codec: HostileCodec;
  readonly pending: Pending = new Pending();
  readonly #clock: FakeTimers;
  readonly #sessions: StreamProvider[] = [];
  readonly #ends: (() => void)[] = [];

  constructor(codec: HostileCodec, clock: FakeTimers) {
    this.codec = codec;
    this.#clock = clock;
  }

  peer(options?: PeerOptions): HostilePeer {
    const peer = new HostilePeer(this.codec, this.pending, options);
    this.#sessions.push(peer.session);
    this.#ends.push(() => peer.conn.reset());
    return peer;
  }

  /** Two sessions of the wire with each other. */
  pair(options: SessionOptions = {}): Pair {
    const [near, far] = memoryPair();
    const mux = this.codec.mux(options);
    const client = this.pending.watch(mux(near, "client"));
    const server = this.pending.watch(mux(far, "server"));
    this.#sessions.push(client, server);
    return { client, server };
  }

  /** Lets time pass, in steps short enough that whoever is pinged can answer. */
  async pass(ms: number, step: number = ms): Promise<void> {
    for (let left = ms; left > 0; left -= step) {
      await this.#clock.advanceTimersByTimeAsync(Math.min(step, left));
      await turn();
    }
  }

  /** Everybody goes. Returns what is left of it all: streams, bytes, timers, promises. */
  async leave(): Promise<string[]> {
    for (const end of this.#ends) end();
    const closing = this.#sessions.map((session) => session.close());
    await turn();
    // What a peer that stays silent gets to take the last bytes.
    await this.pass(2000);
    await Promise.all(closing);
    await turn();
    const left: string[] = [];
    for (const session of this.#sessions) {
      const { streamsOpen, streams } = session.stats();
      if (streamsOpen > 0) left.push(`${streamsOpen} streams`);
      for (const { id, unread, unsent } of streams()) left.push(`stream ${id}: ${unread} unread, ${unsent} unsent`);
    }
    const timers = this.#clock.getTimerCount();
    if (timers > 0) left.push(`${timers} timers`);
    return [...left, ...this.pending.names.map((name) => `a promise of ${name}`)];
  }
}
