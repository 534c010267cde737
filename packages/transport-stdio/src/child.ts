// A child process as a Conn: its standard input and output.

import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { type Conn, StreamsError } from "streams-core";
import { onAbort, printable } from "streams-core/kit";
import { fromDuplex } from "streams-core/node";
import { Joined } from "./joined.js";
import { forgetChild, rememberChild } from "./orphans.js";
import { Tail } from "./tail.js";

export type StderrOption = "inherit" | "ignore" | ((chunk: Uint8Array) => void);

export interface ChildSettings {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | URL | undefined;
  readonly env: NodeJS.ProcessEnv | undefined;
  readonly stderr: StderrOption;
  readonly killTimeout: number;
  readonly highWaterMark: number;
}

/**
 * An exit and the end of the output come from the system in any order and nearly at once. This is how long the one may wait for the
 * other: a child that only half-closes is read to its end that much later.
 */
const EXIT_GRACE_MS = 100;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts a child. @throws ERR_CHILD_FAILED when it cannot be started, or the signal's reason */
export function spawnConn(settings: ChildSettings, signal: AbortSignal | undefined): Promise<Conn> {
  signal?.throwIfAborted();
  const child = start(settings);
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, (reason) => {
      child.kill("SIGKILL");
      reject(reason);
    });
    child.once("error", (cause) => {
      forget();
      reject(notStarted(settings.command, cause));
    });
    child.once("spawn", () => {
      forget();
      if (!signal?.aborted) resolve(new ChildEnd(child, settings).conn);
    });
  });
}

function start({ command, args, cwd, env }: ChildSettings): Child {
  try {
    const child = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"], windowsHide: true });
    child.on("error", ignore); // without a free file descriptor there are no pipes, and the error comes a tick later
    for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.on("error", ignore);
    return child;
  } catch (cause) {
    throw notStarted(command, cause);
  }
}

/** One child from its start to its exit. */
class ChildEnd {
  readonly conn: Conn;
  readonly #child: Child;
  readonly #settings: ChildSettings;
  readonly #pipes: Joined;
  readonly #tail = new Tail();
  #killing: ReturnType<typeof setTimeout> | undefined;
  #killed = false;

  constructor(child: Child, settings: ChildSettings) {
    this.#child = child;
    this.#settings = settings;
    this.#pipes = new Joined(child.stdout, child.stdin, {
      ended: async () => {
        await this.#exited(EXIT_GRACE_MS);
        if (this.#failed) throw await this.#failure();
      },
      failed: async (cause, what) => {
        await this.#exited(EXIT_GRACE_MS);
        if (!hasExited(child)) return cause;
        if (what === "end" && !this.#failed) return null; // it had ended before
        await within(this.#pipes.collect(), EXIT_GRACE_MS);
        return this.#failure(cause);
      },
      over: (error) => this.#stop(error !== null),
    });
    this.conn = fromDuplex(this.#pipes, { highWaterMark: settings.highWaterMark });
    rememberChild(child);
    child.once("exit", () => void this.#onExit());
    child.stderr.on("data", (chunk: Uint8Array) => {
      this.#tail.push(chunk);
      show(chunk, settings.stderr);
    });
  }

  /** It ended by itself, and not as it should. */
  get #failed(): boolean {
    const { exitCode, signalCode } = this.#child;
    return hasExited(this.#child) && !this.#killed && (exitCode !== 0 || signalCode !== null);
  }

  async #onExit(): Promise<void> {
    clearTimeout(this.#killing);
    forgetChild(this.#child);
    if (!this.#failed || this.#pipes.destroyed) return;
    await within(this.#pipes.collect(), EXIT_GRACE_MS); // longer only if it left a child of its own with its output
    this.#pipes.destroy(await this.#failure());
  }

  async #exited(milliseconds: number): Promise<void> {
    if (!hasExited(this.#child)) await within(once(this.#child, "exit"), milliseconds);
  }

  /** Why it ended, once its standard error is read too. */
  async #failure(cause?: unknown): Promise<StreamsError> {
    const { stderr, exitCode, signalCode } = this.#child;
    if (!stderr.readableEnded) await within(once(stderr, "end"), EXIT_GRACE_MS);
    const how = signalCode === null ? `exited with code ${exitCode}` : `was ended by signal ${signalCode}`;
    const said = this.#tail.text === "" ? "" : `; the end of its stderr: ${printable(this.#tail.text, 2048)}`;
    const message = `The child process ${printable(this.#settings.command)} ${how}${said}`;
    return new StreamsError("ERR_CHILD_FAILED", message, { remote: true, cause });
  }

  /** Ends the child: at once after a reset or an error, otherwise when it does not end by itself. */
  #stop(now: boolean): void {
    if (hasExited(this.#child)) return;
    const { killTimeout } = this.#settings;
    const kill = (): void => {
      this.#killed = true;
      this.#child.kill("SIGTERM");
      this.#killing = setTimeout(() => this.#child.kill("SIGKILL"), killTimeout);
    };
    if (now) kill();
    else this.#killing = setTimeout(kill, killTimeout);
  }
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function show(chunk: Uint8Array, stderr: StderrOption): void {
  if (stderr === "inherit") process.stderr.write(chunk);
  if (typeof stderr !== "function") return;
  try {
    stderr(chunk);
  } catch {
    // what listens to the child's complaints must not end the parent
  }
}

function notStarted(command: string, cause: unknown): StreamsError {
  const why = cause instanceof Error ? printable(cause.message) : "";
  const message = `The child process ${printable(command)} could not be started (${why}); check that the command, and the option cwd, exist.`;
  return new StreamsError("ERR_CHILD_FAILED", message, { retryable: true, cause });
}

/** Waits for the promise, but not forever, and not for its result. */
function within(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    promise.then(done, done);
  });
}

function ignore(): void {}
