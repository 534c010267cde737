// The parent: starts the plugin and gives it many things to do at a time, while it prints what the plugin logs. Then it starts
// another, and kills it at work.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { isStreamsError } from "streams-core";
import { toDuplex } from "streams-core/node";
import { ask, start } from "./plugins.js";

await work();
await die();

async function work(): Promise<void> {
  const { session, log } = await start();
  const logged = toDuplex(log);
  const lines = createInterface(logged).on("line", (line) => console.log(`log: ${line}`));

  console.log(`words: ${await ask(session, "words", "to be or not to be")}`);
  const inputs = Array.from({ length: 100 }, (_, n) => `${n} `.repeat(n * 250));
  const hashes = await Promise.all(inputs.map((input) => ask(session, "sha256", input)));
  const right = hashes.filter(
    (hash, n) =>
      hash ===
      createHash("sha256")
        .update(inputs[n] ?? "")
        .digest("hex"),
  );
  console.log(`sha256: ${right.length} of ${inputs.length} asked for at once are right`);
  await ask(session, "rot13", "hello").catch((error) => console.log(`rot13: ${why(error)}`));

  logged.end(); // tells the plugin that we are done; it closes its end, and that ends the lines
  await once(lines, "close");
  await session.shutdown();
  console.log(`ended: ${JSON.stringify(await session.closed)}`);
}

async function die(): Promise<void> {
  const { session, pid } = await start();
  const pending = Array.from({ length: 20 }, () =>
    session.newStream({ task: "words" }).then((stream) => stream.read()),
  );
  await session.ping();
  process.kill(pid, "SIGKILL");
  const errors = await Promise.all(pending.map((answer) => answer.catch(why)));
  console.log(`killed: ${errors.length} requests were under way, each got ${[...new Set(errors)].join(" or ")}`);
  await session.closed.catch((error) => console.log(`session: ${why(error)}`));
}

function why(error: unknown): string {
  if (!isStreamsError(error)) throw error;
  const reason = error.headers?.get("reason");
  const cause = isStreamsError(error.cause) ? `, because of ${error.cause.code}: ${error.cause.message}` : "";
  return `${error.code}${reason ? ` (${reason})` : ""}${cause}`;
}
