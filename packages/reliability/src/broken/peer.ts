// A server in a process of its own, to be killed, stopped and closed. Its argument is a PeerSetting as JSON. Its standard error says
// its process id and URL at first, and its exit code at last. It serves until it gets SIGTERM or its parent is gone.

import { writeSync } from "node:fs";
import { over, type Stream, type StreamProvider } from "streams-core";
import { stdio } from "transport-stdio";
import { echo } from "./fates.js";
import { transportOf } from "./media.js";
import type { PeerSetting, Report } from "./peer-process.js";
import { muxOf } from "./wires.js";

const [argument] = process.argv.slice(2);
if (argument === undefined) throw new Error("The setting is missing.");
const { wire, medium, url, drainTime }: PeerSetting = JSON.parse(argument);

const transport = medium === "stdio" ? stdio() : transportOf(medium);
const server = await over(muxOf(wire), transport).serve(new URL(url));
const sessions = new Set<StreamProvider>();
process.once("SIGTERM", () => void close());
process.once("exit", (exit) => tell({ exit: Number(exit) }));
if (medium !== "stdio") endWithParent(process.stdin);
tell({ pid: process.pid, url: server.url.href });
for await (const session of server) void serve(session);

async function serve(session: StreamProvider): Promise<void> {
  sessions.add(session);
  const forget = (): void => void sessions.delete(session);
  session.closed.then(forget, forget);
  for await (const stream of session.listen()) void handle(stream);
}

async function handle(stream: Stream): Promise<void> {
  const wanted = stream.headers.get("do");
  if (wanted === "exit") process.exit(3);
  if (wanted !== "hold") await echo(stream);
}

/** Lets the streams finish until the deadline. Nothing must keep the process alive then. */
async function close(): Promise<void> {
  void server.close();
  await Promise.all(
    [...sessions].map(async (session) => {
      await session.shutdown({ signal: AbortSignal.timeout(drainTime) }).catch(() => {});
      await session.close();
    }),
  );
}

function endWithParent(stdin: typeof process.stdin): void {
  stdin.on("end", () => process.exit(0)).resume();
  if ("unref" in stdin && typeof stdin.unref === "function") stdin.unref();
}

function tell(report: Report): void {
  writeSync(2, `${JSON.stringify(report)}\n`);
}
