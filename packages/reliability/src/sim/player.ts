// The application at one end: it opens streams, accepts or refuses the other's, and does something with each.

import type { Role, Session } from "mux-engine";
import { EngineStream } from "mux-engine";
import type { Decision, Listener } from "streams-core";
import { isStreamsError } from "streams-core";
import type { Game } from "./game.js";
import { isOver, Line, otherThan } from "./model.js";
import { Side } from "./side.js";

export class Player {
  readonly role: Role;
  readonly sides: Side[] = [];
  readonly #game: Game;
  readonly #session: Session;
  readonly #handles: boolean;
  #listener: Listener | undefined;
  #opened = 0;
  /** It refuses whatever comes. */
  deaf = false;

  constructor(game: Game, role: Role, session: Session) {
    this.role = role;
    this.#game = game;
    this.#session = session;
    this.#handles = game.random.chance(0.5);
    if (game.random.chance(0.7)) this.#listen();
    else game.clock.after(game.random.fraction() * 100, () => this.#listen());
  }

  act(): void {
    const { random } = this.#game;
    this.#game.operations += 1;
    const dice = random.fraction();
    if (dice < 0.12 || this.sides.length === 0) return this.#open();
    if (dice < 0.15) return this.#ping();
    if (dice < 0.152) return this.#goDeaf();
    this.sides[random.below(this.sides.length)]?.act();
  }

  /** Whether all that it began has come to its end. */
  get finished(): boolean {
    return this.sides.every((side) => side.finished);
  }

  finish(): void {
    this.#listen();
    for (const side of this.sides) side.finish();
  }

  #open(): void {
    const { random } = this.#game;
    this.#opened += 1;
    const name = `${this.role}-${this.#opened}`;
    const headers = random.chance(0.6) ? { name } : undefined;
    const opening = this.#session.newStream(headers, { priority: { urgency: random.pick([0, 3, 3, 7]) } });
    this.#game.track(
      "newStream",
      opening,
      (stream) => this.#hasOpened(stream, name),
      (error) => {
        const { refusing, ...reasons } = this.#game.reasons;
        const draining = refusing && isStreamsError(error, "ERR_SESSION_DRAINING");
        const over = isStreamsError(error) && isOver(error.code, { refusing, ...reasons });
        // A session that was drained is closed.
        const drained = refusing && isStreamsError(error, "ERR_SESSION_CLOSED");
        if (!draining && !over && !drained) this.#game.wrong(this.role, `newStream failed with ${String(error)}`);
      },
    );
  }

  #hasOpened(stream: EngineStream, name: string): void {
    const line = new Line(stream.id, this.role, name, this.#game.random);
    this.#game.trace.note(this.role, "opens", stream.id);
    this.#game.add(line);
    this.sides.push(new Side(this.#game, this.role, stream, line));
    const opened = (headers: Headers): void => {
      line.opened = true;
      if ((headers.get("reply") ?? undefined) !== line.accepted) this.#wrong(line, "opened with other reply headers");
    };
    this.#game.track("opened", stream.opened, opened, (error) => this.#game.failed(this.role, line, "opened", error));
  }

  #ping(): void {
    const from = this.#game.clock.now;
    const answered = (ms: number): void => {
      if (ms < 0 || ms > this.#game.clock.now) this.#game.wrong(this.role, `a ping at ${from} took ${ms} ms`);
    };
    this.#game.track("ping", this.#session.ping(), answered, (error) => {
      const { reasons } = this.#game;
      const known = isStreamsError(error) && (isOver(error.code, reasons) || reasons.refusing);
      if (!known) this.#game.wrong(this.role, `ping failed with ${String(error)}`);
    });
  }

  #goDeaf(): void {
    if (this.#listener === undefined || this.deaf) return;
    this.deaf = true;
    this.#game.trace.note(this.role, "closes its listener");
    // Those that its handler accepted and nobody took are reset.
    for (const line of this.#game.lines.values()) {
      if (this.#handles && line.opener !== this.role && !line.surfaced) line.resets[this.role] ??= 0;
    }
    void this.#listener.close();
  }

  #listen(): void {
    if (this.#listener !== undefined) return;
    const listener = this.#session.listen(this.#handles ? (headers) => this.#decide(headers) : undefined);
    this.#listener = listener;
    const accepting = async (): Promise<void> => {
      for await (const stream of listener) if (stream instanceof EngineStream) this.#accepted(stream);
    };
    const failed = (error: unknown): void => this.#game.wrong(this.role, `accept failed with ${String(error)}`);
    this.#game.track("accept", accepting(), () => {}, failed);
  }

  #accepted(stream: EngineStream): void {
    const line = this.#game.lines.get(stream.id);
    this.#game.trace.note(this.role, "accepts", stream.id);
    if (line === undefined || line.opener === this.role || line.surfaced) {
      return this.#game.wrong(this.role, `stream ${stream.id} came, which nobody opened, or came twice`);
    }
    const name = stream.headers.get("name");
    if (name !== null && name !== line.name) this.#wrong(line, `came with the headers of ${name}`);
    line.surfaced = true;
    this.sides.push(new Side(this.#game, this.role, stream, line));
  }

  #decide(headers: Headers): Decision | Promise<Decision> {
    const { random, clock } = this.#game;
    const line = this.#game.named.get(headers.get("name") ?? "");
    if (line?.opener === this.role) this.#wrong(line, "came back to its opener");
    const decide = (): Decision => {
      if (line === undefined || !random.chance(0.3)) {
        if (line !== undefined) line.accepted = line.name;
        return { accept: true, headers: line === undefined ? {} : { reply: line.name } };
      }
      line.refused = random.below(1000);
      return { accept: false, code: line.refused };
    };
    if (random.chance(0.5)) return decide();
    return new Promise((resolve) => clock.after(random.fraction() * 50, () => resolve(decide())));
  }

  #wrong(line: Line, what: string): void {
    this.#game.wrong(
      this.role,
      `stream ${line.id} of ${line.opener}: ${what} (${otherThan(this.role)} is the other end)`,
    );
  }
}
