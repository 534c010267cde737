// One measurement: a fresh server, a fresh client, and what the client says.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { delayLine, type Line } from "./delay-line.js";
import type { Entry } from "./peers.js";
import type { Job } from "./worker.js";
import type { Measure, Outcome } from "./workloads.js";

export interface Programs {
  /** The Node that runs the peers. */
  readonly node: string;
  /** The Go program, if there is one. */
  readonly go: string | undefined;
}

/** Beyond what is measured: start, warm-up, idle streams, and collections. */
const PATIENCE_MS = 60_000;
const worker = fileURLToPath(new URL("./worker.js", import.meta.url));

/** Runs the pair to its end. Rejects with what the failed process wrote to its standard error. */
export async function measure(programs: Programs, entry: Entry, measure: Measure): Promise<Outcome> {
  const running: Child[] = [];
  let line: Line | undefined;
  const start = (role: "server" | "client", port: number): Child => {
    const child = new Child(...commandOf(programs, entry, role, { peer: entry.name, measure, port }));
    running.push(child);
    return child;
  };
  const ms = PATIENCE_MS + 5000 * measure.seconds;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It did not end within ${ms / 1000} s.`)), ms);
  });
  try {
    let port = 0;
    let broken: Promise<never> = timeout;
    if (!entry.ownServer) {
      const server = start("server", 0);
      const said = await Promise.race([server.says, timeout]);
      port = Number(said.port);
      broken = server.ended;
    }
    if (measure.workload === "long") {
      line = await delayLine(port, measure.roundTrip);
      port = line.port;
    }
    const { metrics, counted } = await Promise.race([start("client", port).says, broken, timeout]);
    if (metrics === undefined || counted === undefined) throw new Error("The client did not say what it measured.");
    return { metrics, counted };
  } finally {
    clearTimeout(timer);
    for (const child of running) child.stop();
    line?.close();
  }
}

function commandOf({ node, go }: Programs, entry: Entry, role: string, job: Job): [string, string[]] {
  if (typeof entry.peer === "function") return [node, [...flagsOf(job.measure), worker, role, JSON.stringify(job)]];
  if (go === undefined) throw new Error(`${entry.name} is a Go program, and Go is not installed.`);
  return [go, [role, entry.peer.go, JSON.stringify(job)]];
}

/** Where memory is measured, the young generation has its full size from the start: that it grows is no stream's cost. */
function flagsOf({ workload }: Measure): string[] {
  const fixed = ["--min-semi-space-size=16", "--max-semi-space-size=16"];
  return ["--expose-gc", ...(workload.startsWith("mem") ? fixed : [])];
}

/** A port, or what was measured. */
type Said = { readonly port?: number } & Partial<Outcome>;

class Child {
  readonly #process: ChildProcess;
  /** The line that it prints. */
  readonly says: Promise<Said>;
  /** Rejects if it ends by itself. */
  readonly ended: Promise<never>;
  #stopped = false;

  constructor(command: string, args: string[]) {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#process = child;
    let complaints = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaints = (complaints + text).slice(-2000);
    });
    this.ended = new Promise((_, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        if (!this.#stopped) reject(new Error(complaints.trim() || `The process ended with ${signal ?? code}.`));
      });
    });
    this.ended.catch(() => {});
    const line = new Promise<Said>((resolve) => {
      createInterface(child.stdout).once("line", (text) => resolve(JSON.parse(text)));
    });
    this.says = Promise.race([line, this.ended]);
    this.says.catch(() => {});
  }

  stop(): void {
    this.#stopped = true;
    this.#process.kill("SIGKILL");
  }
}
