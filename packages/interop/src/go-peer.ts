// A peer that is a Go program: calls are lines of JSON on its stdin, answers on its stdout. The other half is go/kit.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { handled } from "streams-core/kit";
import { isObject } from "./objects.js";
import {
  type Fault,
  type Peer,
  PeerError,
  type PeerStream,
  type Role,
  type Transfer,
  type WriteOptions,
} from "./peer.js";

export interface GoStart {
  /** The program, from `goProgram`. */
  readonly program: string;
  /** Which of the program's implementations. */
  readonly impl: string;
  readonly role: Role;
  /** Where it dials. */
  readonly port: number;
  /** What the implementation is configured with. */
  readonly config?: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: Fault;
}

interface Call {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const KEPT_WORDS = 4096;

/** A case may leave calls behind: whatever comes of them then is nobody's error. */
export class GoPeer implements Peer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #calls = new Map<number, Call>();
  /** Resolves when the session of the program is made. */
  readonly ready: Promise<void>;
  #last = 0;
  #words = "";
  #over: string | undefined;

  constructor({ program, impl, role, port, config }: GoStart) {
    const args = [impl, role, `127.0.0.1:${port}`, ...(config === undefined ? [] : [JSON.stringify(config)])];
    this.#child = spawn(program, args, { stdio: "pipe" });
    const ready = new Promise<unknown>((resolve, reject) => this.#calls.set(0, { resolve, reject }));
    this.ready = handled(ready.then(() => {}));
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#answered(line));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#words = (this.#words + text).slice(-KEPT_WORDS);
    });
    this.#child.on("error", (error) => this.#ended(error.message));
    this.#child.on("close", (code, signal) => this.#ended(`it ended with ${signal ?? code}`));
    // A program that ended takes no more.
    this.#child.stdin.on("error", () => {});
  }

  /** What it last wrote to stderr: the logs of some originals, and panics. */
  get words(): string {
    return this.#words;
  }

  open(args?: unknown): Promise<PeerStream> {
    return handled(this.call("open", 0, args).then((opened) => new GoStream(this, opened)));
  }

  accept(): Promise<PeerStream> {
    return handled(this.call("accept", 0).then((opened) => new GoStream(this, opened)));
  }

  ping(): Promise<void> {
    return this.#done("ping");
  }

  goAway(code: number = 0): Promise<void> {
    return this.#done("goAway", { code });
  }

  close(): Promise<void> {
    return this.#done("close");
  }

  hangUp(): Promise<void> {
    return this.#done("hangUp");
  }

  abort(): Promise<void> {
    return this.#done("abort");
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  do(op: string, args?: unknown): Promise<unknown> {
    return this.call(op, 0, args);
  }

  async dispose(): Promise<void> {
    this.kill();
    if (this.#over === undefined) await once(this.#child, "close");
  }

  /** @param stream its handle, or 0 for the session */
  call(op: string, stream: number, args?: unknown): Promise<unknown> {
    const called = new Promise<unknown>((resolve, reject) => {
      if (this.#over !== undefined) {
        reject(new PeerError({ message: this.#over }));
        return;
      }
      this.#last += 1;
      this.#calls.set(this.#last, { resolve, reject });
      this.#child.stdin.write(`${JSON.stringify({ id: this.#last, op, stream, args })}\n`);
    });
    return handled(called);
  }

  #done(op: string, args?: unknown): Promise<void> {
    return handled(this.call(op, 0, args).then(() => {}));
  }

  #answered(line: string): void {
    const answer: unknown = JSON.parse(line);
    if (!isAnswer(answer)) throw new TypeError(`The Go peer said ${line}`);
    const call = this.#calls.get(answer.id);
    this.#calls.delete(answer.id);
    if (answer.error === undefined) call?.resolve(answer.value);
    else call?.reject(new PeerError(answer.error));
  }

  #ended(how: string): void {
    this.#over ??= `The Go peer is gone: ${how}${this.#words === "" ? "" : `; it said:\n${this.#words}`}`;
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(new PeerError({ message: this.#over }));
  }
}

class GoStream implements PeerStream {
  readonly number: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly #peer: GoPeer;
  readonly #handle: number;

  constructor(peer: GoPeer, opened: unknown) {
    if (!isOpened(opened)) throw new TypeError(`The Go peer gave no stream: ${JSON.stringify(opened)}`);
    this.#peer = peer;
    this.#handle = opened.stream;
    this.number = opened.number;
    this.headers = opened.headers ?? {};
  }

  write(length: number, seed: number, { piece }: WriteOptions = {}): Promise<Transfer> {
    return this.#transfer("write", { length, seed, piece });
  }

  writeHex(hex: string): Promise<Transfer> {
    return this.#transfer("write", { hex });
  }

  read(length?: number): Promise<Transfer> {
    return this.#transfer("read", { length });
  }

  echo(length?: number): Promise<Transfer> {
    return this.#transfer("echo", { length });
  }

  closeWrite(): Promise<void> {
    return this.#done("closeWrite");
  }

  close(): Promise<void> {
    return this.#done("close");
  }

  reset(code: number = 0): Promise<void> {
    return this.#done("reset", { code });
  }

  do(op: string, args?: unknown): Promise<unknown> {
    return this.#peer.call(op, this.#handle, args);
  }

  #done(op: string, args?: unknown): Promise<void> {
    return handled(this.do(op, args).then(() => {}));
  }

  #transfer(op: string, args?: unknown): Promise<Transfer> {
    const done = this.do(op, args).then((value) => {
      if (!isTransfer(value)) throw new TypeError(`The Go peer told nothing of ${op}: ${JSON.stringify(value)}`);
      return { head: "", end: false, ...value };
    });
    return handled(done);
  }
}

const isAnswer = (value: unknown): value is Answer => isObject(value) && typeof value.id === "number";
const isTransfer = (value: unknown): value is Partial<Transfer> & Pick<Transfer, "length" | "sha256"> =>
  isObject(value) && typeof value.length === "number" && typeof value.sha256 === "string";

interface Opened {
  readonly stream: number;
  readonly number?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const isOpened = (value: unknown): value is Opened => isObject(value) && typeof value.stream === "number";
