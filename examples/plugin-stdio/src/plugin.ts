// The plugin, a child process: its standard input and output are a session. It answers each stream of its parent's, and tells what it
// does on one long stream of its own.

import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import { native } from "mux-native";
import { over, type Stream } from "streams-core";
import { stdio } from "transport-stdio";

const tasks: Readonly<Record<string, (input: Stream) => Promise<string>>> = {
  async words(input) {
    return String((await text(input)).split(/\s+/).filter(Boolean).length);
  },
  async sha256(input) {
    const hash = createHash("sha256");
    for await (const chunk of input) hash.update(chunk);
    return hash.digest("hex");
  },
};

const parents = await over(native(), stdio()).serve(new URL("native+stdio:"));
const session = await parents.accept();
if (session === null) throw new Error("The parent left before the session began.");

const log = await session.newStream({ pid: String(process.pid) });
const say = (line: string): Promise<void> => log.write(Buffer.from(`${line}\n`));
void say(`ready, with ${Object.keys(tasks).join(" and ")}`);

const requests = session.listen((headers) => {
  const known = Object.keys(tasks);
  if (known.includes(headers.get("task") ?? "")) return;
  return { accept: false, headers: { reason: `the plugin knows ${known.join(" and ")}` } };
});
void (async () => {
  let count = 0;
  for await (const request of requests) {
    count += 1;
    answer(request).catch((error) => say(`request ${request.id} failed: ${error}`));
    if (count % 50 === 0) void say(`${count} requests so far`);
    if (count % 50 === 0) console.log("A stray console.log of the plugin goes to standard error, and breaks nothing.");
  }
})();

// The parent half-closes the log stream when it wants no more.
await log.read();
await log.close();

async function answer(request: Stream): Promise<void> {
  const task = tasks[request.headers.get("task") ?? ""];
  const result = await task?.(request);
  await request.write(Buffer.from(result ?? ""));
  await request.close();
}
