// One of the two processes of a measurement: `worker.js server|client <Job as JSON>`. The server prints its port, the client what it measured.

import type { Target } from "./client.js";
import { peerNamed } from "./peers.js";
import { fail } from "./pipe.js";
import { type Measure, run } from "./workloads.js";

export interface Job {
  readonly peer: string;
  readonly measure: Measure;
  readonly port: number;
}

const [role, json = ""] = process.argv.slice(2);
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
await work(role === "server", JSON.parse(json));

async function work(server: boolean, job: Job): Promise<void> {
  const { peer, ownServer } = peerNamed(job.peer);
  if (typeof peer !== "function") throw new Error(`${job.peer} is not run by Node.`);
  const loaded = await peer();
  const target = targetOf(job);
  if (server) {
    const port = await loaded.serve(target, job.measure.workload);
    if (ownServer) return;
    say({ port });
    process.stdin.resume().once("end", () => process.exit(0));
  } else {
    const client = await loaded.connect(target);
    say(await run(client, job.measure));
    process.exit(0);
  }
}

/** Defaults, but for the workloads that are about having more than these allow. */
function targetOf(job: Job): Target {
  const { workload, idle } = job.measure;
  const many = workload === "mem" || workload === "mem100k" || workload === "openecho-idle";
  // Those of the warm-up may still be ending when the others open.
  const streams = workload === "bulk1000" ? 2100 : many ? idle + 1000 : 1000;
  const file = process.argv[1] ?? "";
  const server = [process.execPath, ...process.execArgv, file, "server", JSON.stringify(job)];
  return { port: job.port, streams, server };
}

/** The write to a pipe is done before this returns (on POSIX systems). */
function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
