// One end's application on one stream: it writes, reads, closes, resets, and tells the model what came of it.

import type { EngineStream, Role } from "mux-engine";
import { isStreamsError } from "streams-core";
import { READY } from "streams-core/kit";
import type { Game } from "./game.js";
import { LARGEST_WRITE, type Line, otherThan, type Way } from "./model.js";

/** How it reads: when the dice say so, all the time, or with pauses. */
export type Appetite = "manual" | "eager" | "slow";

/** One that waits, and can perhaps be aborted. */
interface Operation {
  readonly abort: AbortController | undefined;
  readonly length: number;
}

export class Side {
  readonly stream: EngineStream;
  readonly line: Line;
  appetite: Appetite;
  readonly #game: Game;
  readonly #role: Role;
  readonly #out: Way;
  readonly #in: Way;
  #reading: Operation | undefined;
  /** A write that may still be aborted: nothing is written behind it, so that taking it back leaves no gap. */
  #writing: Operation | undefined;
  #readAll = false;
  /** Bytes known to have arrived: whatever then ends the stream, but this end, they can still be read. */
  #arrived = 0;

  constructor(game: Game, role: Role, stream: EngineStream, line: Line) {
    this.stream = stream;
    this.line = line;
    this.#game = game;
    this.#role = role;
    this.#out = line.ways[role];
    this.#in = line.ways[otherThan(role)];
    this.appetite = game.random.pick(["manual", "eager", "slow"]);
    const closed = (): void => {
      if (!this.#in.closed || !this.#out.closed) this.#wrong("closed cleanly, but not both ends were closed");
    };
    game.track("closed", stream.closed, closed, (error) => this.#failed("closed", error));
    if (this.appetite !== "manual") this.read();
  }

  /** Nothing is expected of it any more. */
  get finished(): boolean {
    return this.stream.ended && this.#readAll;
  }

  /** Looks at what has arrived. */
  look(): void {
    this.#arrived = Math.max(this.#arrived, this.#in.delivered + this.stream.unread);
  }

  act(): void {
    const dice = this.#game.random.fraction();
    if (dice < 0.42) this.write();
    else if (dice < 0.8) this.read();
    else if (dice < 0.88) this.close();
    else if (dice < 0.93) this.abort();
    else if (dice < 0.96) this.stop();
    else if (dice < 0.98) this.reset();
    else this.appetite = this.#game.random.pick(["manual", "eager", "slow"]);
  }

  write(): void {
    if (this.#writing !== undefined) return;
    const { random } = this.#game;
    const length = random.between(
      1,
      random.pick([1, 100, 1000, 5000, 20_000, 20_000, random.pick([20_000, 70_000, LARGEST_WRITE])]),
    );
    this.#note("writes", length);
    // What a write after the end is given must not count as written.
    const taken = !this.#out.closed && !this.stream.ended;
    const chunk = taken ? this.#out.next(length) : new Uint8Array(length);
    const operation = random.chance(0.15) ? { abort: new AbortController(), length } : undefined;
    const written = this.stream.write(chunk, operation?.abort);
    // What is done already cannot be aborted.
    if (taken && written !== READY) this.#writing = operation;
    this.#game.track(
      "write",
      written,
      () => this.#wrote(operation),
      (error) => {
        this.#wrote(operation);
        if (error instanceof Aborted) return;
        const late = isStreamsError(error, "ERR_CLOSED") && this.#out.closed && !taken;
        if (!late) this.#failed("write", error);
      },
    );
  }

  read(): void {
    if (this.#reading !== undefined || this.#readAll) return;
    const abort = this.#game.random.chance(0.1) ? new AbortController() : undefined;
    this.#reading = { abort, length: 0 };
    this.#game.track(
      "read",
      this.stream.read(abort),
      (chunk) => this.#got(chunk),
      (error) => {
        this.#reading = undefined;
        if (error instanceof Aborted) return this.#readOn();
        this.#readAll = true;
        this.#failed("read", error);
        const { resets, stops } = this.line;
        const wanted = resets[this.#role] === undefined && stops[this.#role] === undefined;
        if (wanted && this.#in.delivered < this.#arrived) {
          this.#wrong(`${this.#in.delivered} of the ${this.#arrived} bytes that had arrived could be read`);
        }
      },
    );
  }

  close(): void {
    if (this.#writing !== undefined) return;
    this.#note("closes");
    if (!this.stream.ended) this.#out.closed = true;
    this.#game.track(
      "close",
      this.stream.close(),
      () => {},
      (error) => this.#failed("close", error),
    );
  }

  reset(): void {
    if (this.stream.ended) return;
    const code = this.#game.random.below(1000);
    this.#note("resets", code);
    this.line.resets[this.#role] = code;
    this.stream.reset(code);
  }

  stop(): void {
    if (this.stream.ended || this.stream.receiveEnded) return;
    const code = 1000 + this.#game.random.below(1000);
    this.#note("stops reading", code);
    this.line.stops[this.#role] ??= code;
    this.stream.stopReading(code);
  }

  /** Aborts what waits: a read loses nothing; a write sent nothing, or resets. */
  abort(): void {
    this.#reading?.abort?.abort(new Aborted());
    const writing = this.#writing;
    if (writing === undefined) return;
    const { ended } = this.stream;
    this.#note("aborts a write", writing.length);
    this.#writing = undefined;
    writing.abort?.abort(new Aborted());
    if (!this.stream.ended) this.#out.written -= writing.length;
    else if (!ended) this.line.resets[this.#role] = 0;
  }

  /** Reads on to the end, and ends what it writes. */
  finish(): void {
    this.appetite = "eager";
    this.read();
    if (!this.#out.closed && !this.stream.ended) this.close();
  }

  #wrote(operation: Operation | undefined): void {
    if (this.#writing === operation) this.#writing = undefined;
  }

  #got(chunk: Uint8Array | null): void {
    this.#reading = undefined;
    this.#readAll = chunk === null;
    this.#note("reads", chunk?.byteLength ?? -1);
    const wrong = chunk === null ? this.#in.gotEnd() : this.#in.got(chunk);
    if (wrong !== undefined) return this.#wrong(wrong);
    this.#readOn();
  }

  #readOn(): void {
    if (this.appetite === "eager") this.read();
    else if (this.appetite === "slow") this.#game.clock.after(this.#game.random.fraction() * 30, () => this.read());
  }

  #failed(doing: string, error: unknown): void {
    this.#game.failed(this.#role, this.line, doing, error);
  }

  #wrong(what: string): void {
    this.#game.wrong(this.#role, `stream ${this.line.id}: ${what}`);
  }

  #note(what: string, ...numbers: number[]): void {
    this.#game.trace.note(this.#role, what, this.line.id, ...numbers);
  }
}

/** What operations are aborted with. */
class Aborted extends Error {}
