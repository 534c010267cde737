// Two sessions and the link between them, on a virtual clock: the world of a run, and of tests that write their own script.

import type { SessionOptions } from "mux-engine";
import { Clock } from "./clock.js";
import { End } from "./end.js";
import { Lane, type Personality } from "./lane.js";
import { link } from "./links.js";
import { Random } from "./random.js";
import { Trace } from "./trace.js";
import type { WireFactory } from "./wires.js";

export interface PairOptions {
  readonly wire: WireFactory;
  /** Decides how bytes are cut and how long they travel. Default: of seed 1. */
  readonly random?: Random;
  readonly client?: SessionOptions;
  readonly server?: SessionOptions;
  /** The link to the server and back. Default: all that is sent arrives at once. */
  readonly there?: Personality;
  readonly back?: Personality;
  /** Bytes taken out of a session at a time. Default 256 KiB, as a driver does. */
  readonly batch?: number;
  /** Keeps the lines of the trace, not only its hash. */
  readonly trace?: boolean;
}

export class Pair {
  readonly clock: Clock = new Clock();
  readonly random: Random;
  readonly trace: Trace;
  readonly lanes: readonly [there: Lane, back: Lane];
  readonly client: End;
  readonly server: End;

  constructor(options: PairOptions) {
    const { wire, random = new Random(1), client = {}, server = client, batch = 256 * 1024, trace = false } = options;
    const { there = link({ name: "memory" }), back = there } = options;
    this.random = random;
    this.trace = new Trace(this.clock, trace);
    const lanes = [new Lane(this.clock, random, there), new Lane(this.clock, random, back)] as const;
    this.lanes = lanes;
    const world = { clock: this.clock, random, trace: this.trace, batch };
    this.client = new End("client", wire("client", client), client, world, lanes[0], lanes[1]);
    this.server = new End("server", wire("server", server), server, world, lanes[1], lanes[0]);
  }

  get ends(): readonly [End, End] {
    return [this.client, this.server];
  }

  /** Both transports are over. */
  get done(): boolean {
    return this.client.done && this.server.done;
  }

  /** Whether the link lost anything that was sent, or an end gave up on it. */
  get lost(): boolean {
    return this.lanes.some((lane) => lane.struck) || this.ends.some((end) => end.gaveUp);
  }

  /** When something is due; Infinity for never. */
  get next(): number {
    return Math.min(this.clock.next, this.client.next, this.server.next);
  }

  /** The applications have their turn, then each end sends, gets a few pieces of what has arrived, and looks at the clock. */
  async step(): Promise<void> {
    await turn();
    this.clock.ring();
    for (const end of this.ends) {
      end.send();
      end.receive(this.random.between(1, 16));
      end.tick();
    }
  }

  /** Moves the clock to what is due next, but not by more than so many milliseconds. */
  advance(most: number): void {
    const to = Math.min(this.next, this.clock.now + most);
    if (to !== Number.POSITIVE_INFINITY) this.clock.now = Math.max(this.clock.now, to);
  }

  /** Steps until it is so. @throws when nothing is left that could make it so within the virtual time */
  async until(isSo: () => boolean, milliseconds = 600_000): Promise<void> {
    for (const end = this.clock.now + milliseconds; !isSo(); this.advance(Number.POSITIVE_INFINITY)) {
      if (this.next > end) {
        await turn();
        if (isSo()) return;
        throw new Error(`Nothing happens any more after ${this.clock.now} ms.`);
      }
      await this.step();
    }
  }
}

/** Everything that promises, `afterTick` and `afterTurn` have to do: immediates that wait run before the one asked for here. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
