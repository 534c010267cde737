// A run: two sessions, the link between them and an application at each end, on a virtual clock, all of it decided by a seed.

import type { Role } from "mux-engine";
import { type CloseInfo, isStreamsError } from "streams-core";
import { Game } from "./game.js";
import { isOver, type Reasons } from "./model.js";
import { Pair, turn } from "./pair.js";
import { isTight, type Plan, planOf } from "./plan.js";
import { Player } from "./player.js";
import { Random } from "./random.js";
import { atRest, holds } from "./watch.js";
import type { WireFactory } from "./wires.js";

export interface RunOptions {
  readonly wire: WireFactory;
  /** Keeps the lines of the trace, not only its hash. */
  readonly trace?: boolean;
  /** Rounds of operations; without it the seed decides. */
  readonly rounds?: number;
}

export interface Verdict {
  readonly seed: number;
  /** What went wrong first, if anything did. */
  readonly fault: string | undefined;
  /** The same for every run of a seed. */
  readonly hash: string;
  readonly trace: readonly string[];
  readonly operations: number;
  readonly sent: number;
  readonly delivered: number;
  readonly dropped: number;
}

/** Virtual milliseconds in which everything must have come to its end. */
const PATIENCE = 3_600_000;

const CLOSE = { code: 77, reason: "enough" };

export async function simulate(seed: number, options: RunOptions): Promise<Verdict> {
  const run = new Run(seed, options);
  await run.play();
  return run.verdict(seed);
}

class Run {
  readonly #plan: Plan;
  readonly #pair: Pair;
  readonly #game: Game;
  readonly #players: readonly [Player, Player];
  #closeCalled = false;
  /** By an end that did not know yet whom it talked to. */
  #unsaid = false;
  #draining = false;
  #timedOut = false;

  constructor(seed: number, { wire, trace = false, rounds }: RunOptions) {
    const random = new Random(seed);
    const plan = planOf(random, rounds);
    const { options, there, back, batch } = plan;
    const pair = new Pair({ wire, random, client: options, there, back, batch, trace });
    pair.trace.note("plan", JSON.stringify(plan));
    this.#plan = plan;
    this.#pair = pair;
    this.#game = new Game(pair.clock, random, pair.trace, () => this.#reasons());
    this.#players = [
      new Player(this.#game, "client", pair.client.session),
      new Player(this.#game, "server", pair.server.session),
    ];
    for (const { role, session } of pair.ends) {
      const failed = (error: unknown): void => this.#endedBy(role, error);
      this.#game.track("session", session.closed, (info) => this.#closedWith(role, info), failed);
    }
  }

  async play(): Promise<void> {
    const { rounds, operations, ending } = this.#plan;
    for (let round = 0; round < rounds; round += 1) {
      if (round === rounds >> 1 && ending !== "finish") this.#endSession(ending);
      for (let n = operations; n > 0; n -= 1) this.#game.random.pick(this.#players).act();
      await this.#step();
      if (this.#game.random.chance(0.7)) this.#pair.advance(this.#game.random.fraction() * 20);
      if (this.#game.fault !== undefined) return;
    }
    await this.#finish();
    if (this.#game.fault === undefined) this.#judge();
  }

  verdict(seed: number): Verdict {
    const { fault, operations, lines } = this.#game;
    const ways = [...lines.values()].flatMap((line) => [line.ways.client, line.ways.server]);
    const sent = ways.reduce((sum, way) => sum + way.written, 0);
    const delivered = ways.reduce((sum, way) => sum + way.delivered, 0);
    const { hash, lines: trace } = this.#pair.trace;
    return { seed, fault, hash, trace, operations, sent, delivered, dropped: sent - delivered };
  }

  #reasons(): Reasons {
    const refusing =
      this.#draining || this.#closeCalled || isTight(this.#plan) || this.#players.some((player) => player.deaf);
    return { lost: this.#pair.lost || this.#unsaid, timedOut: this.#timedOut, closed: this.#closeCalled, refusing };
  }

  async #step(): Promise<void> {
    await this.#pair.step();
    const wrong = this.#wrongNow();
    if (wrong !== undefined) this.#game.wrong("the watch", wrong);
  }

  #wrongNow(): string | undefined {
    for (const [i, end] of this.#pair.ends.entries()) {
      const sides = this.#players[i]?.sides ?? [];
      for (const side of sides) side.look();
      const streams = sides.map((side) => side.stream);
      const wrong = holds(end, streams, this.#plan.options);
      if (wrong !== undefined) return `${end.role}: ${wrong}`;
    }
    const [client, server] = this.#players;
    const { lost, closed } = this.#reasons();
    if (lost || closed || !this.#pair.ends.every((end) => end.idle)) return undefined;
    return atRest(client.sides, server.sides) ?? atRest(server.sides, client.sides);
  }

  async #finish(): Promise<void> {
    const until = this.#pair.clock.now + PATIENCE;
    for (let ending = false; ; ) {
      if (!ending) for (const player of this.#players) player.finish();
      await this.#step();
      if (this.#game.fault !== undefined) return;
      if (!ending && this.#players.every((player) => player.finished) && this.#settled) {
        ending = true;
        this.#endSession("shutdown");
      }
      if (this.#pair.done) break;
      this.#pair.advance(Number.POSITIVE_INFINITY);
      if (this.#pair.next > until) return this.#game.wrong("the watch", `it never ends: ${this.#game.pending}`);
    }
    for (let turns = 0; turns < 5; turns += 1) await turn();
  }

  /** Whether nothing is on the way: a stream that has not come yet is not finished. */
  get #settled(): boolean {
    return this.#pair.ends.every((end) => end.idle || end.over) && this.#pair.clock.next === Number.POSITIVE_INFINITY;
  }

  #endSession(how: "shutdown" | "close"): void {
    const ends = this.#game.random.chance(0.3) ? this.#pair.ends : [this.#game.random.pick(this.#pair.ends)];
    for (const { role, session, wavers } of ends) {
      this.#pair.trace.note(role, how);
      if (how === "shutdown") this.#draining = true;
      else {
        this.#closeCalled = true;
        this.#unsaid ||= wavers;
      }
      const work = how === "shutdown" ? session.shutdown() : session.close(CLOSE);
      this.#game.track(
        how,
        work,
        () => {},
        (error) => this.#endedBy(role, error),
      );
    }
  }

  /** A session that was closed says so, with its code, to both ends. */
  #closedWith(role: Role, { code, reason }: CloseInfo): void {
    const expected = this.#closeCalled ? [0, CLOSE.code] : [0];
    const lacking = reason === "" && this.#pair.client.hesitates;
    const known = expected.includes(code) && (lacking || reason === (code === 0 ? "" : CLOSE.reason));
    if (!known) this.#game.wrong(role, `the session closed with ${code} ${reason}`);
  }

  /** A session that fails needs a reason. */
  #endedBy(role: Role, error: unknown): void {
    if (isStreamsError(error, "ERR_TIMEOUT")) this.#timedOut = true;
    const known = isStreamsError(error) && isOver(error.code, this.#reasons());
    if (!known) this.#game.wrong(role, `the session failed with ${String(error)}`);
  }

  /** What must be true when everything is over. */
  #judge(): void {
    const game = this.#game;
    if (game.pending !== "") game.wrong("the watch", `never settled: ${game.pending}`);
    for (const { role, session } of this.#pair.ends) {
      if (session.nextTick !== Number.POSITIVE_INFINITY) game.wrong(role, "a timer is left");
      if (session.stats().streamsOpen > 0) game.wrong(role, `${session.stats().streamsOpen} streams are left`);
    }
    const { lost, closed } = this.#reasons();
    for (const line of game.lines.values()) {
      if (line.retryable && line.surfaced)
        game.wrong(line.opener, `stream ${line.id} is called retryable but was seen`);
      if (line.opened && !line.surfaced && !line.broken && line.accepted === undefined)
        game.wrong(line.opener, `stream ${line.id} was accepted by nobody`);
      if (lost || closed || line.broken || line.retryable) continue;
      if (!line.surfaced) game.wrong(line.opener, `stream ${line.id} came to nobody`);
      for (const [from, { written, delivered, ended }] of Object.entries(line.ways)) {
        const whole = ended && written === delivered;
        if (!whole) game.wrong(from, `stream ${line.id}: ${delivered} of ${written} bytes were read, end ${ended}`);
      }
    }
  }
}
