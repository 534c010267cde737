// Starts a peer as a child process and connects to it.

import { spawn } from "node:child_process";
import type { Conn, StreamProvider } from "streams-core";
import { Outcome } from "streams-core/kit";
import { stdio } from "transport-stdio";
import { type MediumName, placeOf, script, transportOf } from "./media.js";
import { KEYS_VARIABLE, keysOfThisProcess, type Limits, muxOf, type WireName } from "./wires.js";

export interface PeerOptions {
  /** Of the session at this end. */
  readonly limits?: Limits;
  /** Milliseconds that the peer's streams get to finish after SIGTERM. Default 1,000. */
  readonly drainTime?: number;
}

/** What a peer is told. */
export interface PeerSetting {
  readonly wire: WireName;
  readonly medium: MediumName;
  readonly url: string;
  readonly drainTime: number;
}

/** What it tells, a line each. */
export type Report = Started | { readonly exit: number };

interface Started {
  readonly pid: number;
  readonly url: string;
}

export interface Peer {
  readonly session: StreamProvider;
  kill(signal: NodeJS.Signals): void;
  /** Once it is gone: its exit code, or "killed". */
  exit(): Promise<number | "killed">;
}

/** Runs `work` with a session to a new peer process, and takes both down after it. */
export async function withPeer<T>(
  wire: WireName,
  medium: MediumName,
  { limits, drainTime = 1000 }: PeerOptions,
  work: (peer: Peer) => Promise<T>,
): Promise<T> {
  const { url, dispose } = placeOf(medium);
  const reports = new Reports();
  try {
    const conn = await start({ wire, medium, url: url.href, drainTime }, reports);
    const session = muxOf(wire, limits)(conn, "client");
    try {
      await session.ready;
      return await work({ session, kill: (signal) => reports.kill(signal), exit: () => reports.gone() });
    } finally {
      reports.kill("SIGKILL");
      await Promise.allSettled([session.close(), reports.gone()]);
    }
  } finally {
    reports.kill("SIGKILL");
    dispose();
  }
}

/** Over its standard input and output, or at the URL that it tells. */
async function start(setting: PeerSetting, reports: Reports): Promise<Conn> {
  const args = [script("peer"), JSON.stringify(setting)];
  const env = { ...process.env, [KEYS_VARIABLE]: JSON.stringify(keysOfThisProcess()) };
  const hear = (chunk: Uint8Array): void => reports.hear(chunk);
  if (setting.medium === "stdio") {
    const conn = await stdio({ command: process.execPath, args, env, stderr: hear }).dial(new URL(setting.url));
    await reports.started;
    return conn;
  }
  const child = spawn(process.execPath, args, { env, stdio: ["pipe", "ignore", "pipe"] });
  child.stderr.on("data", hear);
  child.once("close", () => reports.failed());
  const { url } = await reports.started;
  return transportOf(setting.medium).dial(new URL(url));
}

/** What one peer tells on its standard error, and whether it is still there. */
class Reports {
  readonly #started = new Outcome<Started>();
  #pid: number | undefined;
  #exit: number | undefined;
  #rest = "";

  get started(): Promise<Started> {
    return this.#started.promise;
  }

  hear(chunk: Uint8Array): void {
    const lines = (this.#rest + Buffer.from(chunk).toString()).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith("{")) console.error(`peer: ${line}`);
      else this.#take(JSON.parse(line));
    }
  }

  failed(): void {
    this.#started.reject(new Error(`The peer ended before it served: ${this.#rest}`));
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#pid !== undefined && isRunning(this.#pid)) process.kill(this.#pid, signal);
  }

  /** The system tells of the end of a process only to its parent, which may be inside a transport. */
  async gone(): Promise<number | "killed"> {
    const { pid } = await this.started;
    while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
    // What it said last may still be in the pipe.
    await new Promise((resolve) => setImmediate(resolve));
    return this.#exit ?? "killed";
  }

  #take(report: Report): void {
    if ("exit" in report) {
      this.#exit = report.exit;
      return;
    }
    this.#pid = report.pid;
    this.#started.resolve(report);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
