// Standard input and output as a transport: start a child and speak to it, or be that child.

import { type Conn, type OpOptions, type Server, StreamsError, type Transport } from "streams-core";
import { handled, milliseconds, ServerQueue, wholeNumber } from "streams-core/kit";
import { type StderrOption, spawnConn } from "./child.js";
import { ownConn } from "./own.js";

export interface StdioOptions {
  /** The program that `dial` starts, by path or by name on the PATH. No shell reads it. `serve` does not need it. */
  readonly command?: string;
  /** The program's arguments. Default: none. */
  readonly args?: readonly string[];
  /** The program's working directory. Default: that of this process. */
  readonly cwd?: string | URL;
  /** The program's whole environment. Default: that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * Where the child's standard error goes: to this process's own ("inherit"), nowhere ("ignore"), or to a function, chunk by chunk.
   * Its last 2 KiB are kept for the error in any case. Default "inherit".
   */
  readonly stderr?: "inherit" | "ignore" | ((chunk: Uint8Array) => void);
  /**
   * Milliseconds that a child may live on after both directions ended; then it gets SIGTERM, and after the same time again SIGKILL.
   * After a reset it gets SIGTERM at once. Default 5,000.
   */
  readonly killTimeout?: number;
  /** Bytes that may wait unread before this end stops taking more from the pipe. Default 262,144. */
  readonly highWaterMark?: number;
}

/**
 * `dial` starts the command and gives a Conn over its standard input and output; `serve` gives the one Conn over this process's own.
 * The URL names nothing here: `native+stdio:` is enough.
 * @throws ERR_OPTION_INVALID
 */
export function stdio(options: StdioOptions = {}): Transport {
  const stderr = checkStderr(options.stderr ?? "inherit");
  const killTimeout = milliseconds("killTimeout", options.killTimeout, 5_000);
  const highWaterMark = wholeNumber("highWaterMark", options.highWaterMark, 256 * 1024);
  const { command, args = [], cwd, env } = options;
  checkCommand(command, args);

  const dial = async (o?: OpOptions): Promise<Conn> => {
    if (command === undefined || command === "") {
      throw new StreamsError("ERR_OPTION_INVALID", "Option command is missing: it names the program that dial starts.");
    }
    return spawnConn({ command, args, cwd, env, stderr, killTimeout, highWaterMark }, o?.signal);
  };
  const serve = async (url: URL, o?: OpOptions): Promise<Server<Conn>> => {
    o?.signal?.throwIfAborted();
    const conn = ownConn(highWaterMark);
    const server = new ServerQueue<Conn>(new URL(url), { stop() {}, discard: (one) => one.reset() });
    server.push(conn);
    // No other connection will come, so whoever accepts in a loop need not wait for one.
    const stop = (): void => void server.close();
    conn.closed.then(stop, stop);
    return server;
  };
  return { dial: (_url, o) => handled(dial(o)), serve: (url, o) => handled(serve(url, o)) };
}

function checkStderr(stderr: StderrOption): StderrOption {
  if (stderr === "inherit" || stderr === "ignore" || typeof stderr === "function") return stderr;
  throw new StreamsError("ERR_OPTION_INVALID", 'Option stderr must be "inherit", "ignore" or a function.');
}

function checkCommand(command: string | undefined, args: readonly string[]): void {
  const wrong = command !== undefined && typeof command !== "string" ? "command must be a string" : undefined;
  const list = Array.isArray(args) && args.every((one) => typeof one === "string");
  if (wrong === undefined && list) return;
  throw new StreamsError(
    "ERR_OPTION_INVALID",
    `Option ${wrong ?? "args must be a list of strings, one per argument"}.`,
  );
}
