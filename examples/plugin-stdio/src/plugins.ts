// What the parent knows of plugins: how to start one, and how to ask it.

import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { native } from "mux-native";
import { over, type Stream, type StreamProvider } from "streams-core";
import { stdio } from "transport-stdio";

export interface Plugin {
  readonly session: StreamProvider;
  /** What the plugin logs. Closing it tells the plugin to end. */
  readonly log: Stream;
  readonly pid: number;
}

const script = fileURLToPath(new URL("plugin.js", import.meta.url));
const child = over(native(), stdio({ command: process.execPath, args: [script] }));

export async function start(): Promise<Plugin> {
  const session = await child.connect(new URL("native+stdio:"));
  const log = await session.listen().accept();
  if (log === null) throw new Error("The plugin ended before it was up.");
  return { session, log, pid: Number(log.headers.get("pid")) };
}

/** Sends the input on a stream of its own, and gives what comes back. */
export async function ask(session: StreamProvider, task: string, input: string): Promise<string> {
  const stream = await session.newStream({ task });
  await stream.write(Buffer.from(input));
  await stream.close();
  return text(stream);
}
