// A tunnel that is up: the public side in this process, the private side here too or in a process of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { connect, type Server, type StreamProvider, serve } from "streams-core";
import { address, backends, dialStartsServer } from "./backends.js";
import { Counts, counting } from "./counting.js";
import { serveDirectory } from "./files.js";
import { publish } from "./private.js";
import { expose } from "./public.js";

export interface Tunnel {
  /** Where the public reaches the directory. */
  readonly url: string;
  /** Ends both sides. Gives the number of streams there were. */
  close(): Promise<number>;
}

export interface Place {
  /** A directory of this run, for what a backend leaves in the file system. */
  readonly home: string;
  /** What to serve. */
  readonly directory: string;
}

/** Starts the private side, which dials `where`. */
export type Start = (where: string, directory: string) => Promise<Tunnel>;

export async function open(scheme: string, { home, directory }: Place, start: Start): Promise<Tunnel> {
  const where = address(scheme, home);
  const server = dialStartsServer(scheme) ? undefined : await serve(where, backends);
  if (server) void exposeAll(server);
  try {
    const tunnel = await start(server?.url.href ?? where, directory);
    return {
      url: tunnel.url,
      async close() {
        const streams = await tunnel.close();
        await server?.close();
        return streams;
      },
    };
  } catch (error) {
    await server?.close();
    throw error;
  }
}

async function exposeAll(server: Server<StreamProvider>): Promise<void> {
  for await (const session of server) expose(session).catch((error) => session.close({ reason: String(error) }));
}

/** The private side in this process. */
export async function startHere(where: string, directory: string): Promise<Tunnel> {
  const counts = new Counts();
  const session = counting(counts)(await connect(where, backends));
  const url = await publish(serveDirectory(directory), session);
  return {
    url,
    async close() {
      await session.close();
      return counts.streams;
    },
  };
}

/** The private side in a child process. */
export async function startApart(where: string, directory: string): Promise<Tunnel> {
  const script = fileURLToPath(new URL("run-private.js", import.meta.url));
  const child = spawn(process.execPath, [script, where, directory], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: url } = await lines.next();
  if (url === undefined) throw new Error("The private side ended before it was up; its message is above.");
  return {
    url,
    async close() {
      child.kill();
      const { value: report } = await lines.next();
      await exit;
      return report === undefined ? 0 : JSON.parse(report).streams;
    },
  };
}
