// The public's side of it: an HTTP client that fetches every file, many at a time, checks each, and times small requests.

import { createHash } from "node:crypto";
import { once, setMaxListeners } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import type { File } from "./files.js";

export interface Load {
  readonly signal: AbortSignal;
  readonly onBytes?: (count: number) => void;
}

/** Fetches and checks all files, `atOnce` at a time, over connections that are kept. Gives the milliseconds it took. */
export async function fetchAll(url: string, files: readonly File[], atOnce: number, load: Load): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const todo = files.values();
  setMaxListeners(0, load.signal); // one for each request under way
  const start = performance.now();
  try {
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (const file of todo) await check(url, file, agent, load);
      }),
    );
    return performance.now() - start;
  } finally {
    agent.destroy();
  }
}

/** The milliseconds that each of `count` requests for one file took, one by one, each over a connection of its own. Sorted. */
export async function timeSmall(url: string, file: File, count: number, load: Load): Promise<number[]> {
  const agent = new Agent({ keepAlive: false });
  const times: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const start = performance.now();
    await check(url, file, agent, load);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}

async function check(url: string, file: File, agent: Agent, { signal, onBytes }: Load): Promise<void> {
  const [response]: IncomingMessage[] = await once(get(new URL(file.name, url), { agent, signal }), "response");
  if (response?.statusCode !== 200) throw new Error(`${file.name}: status ${response?.statusCode}`);
  const hash = createHash("sha256");
  for await (const chunk of response) {
    hash.update(chunk);
    onBytes?.(chunk.byteLength);
  }
  if (hash.digest("hex") !== file.sha256) throw new Error(`${file.name}: its SHA-256 is another`);
}
