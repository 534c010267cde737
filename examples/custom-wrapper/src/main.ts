// The same two wrappers around sessions of two backends: what each stream did, and how long the way there and back takes.

import { EventEmitter, once } from "node:events";
import { text } from "node:stream/consumers";
import { http2 } from "mux-http2";
import { native } from "mux-native";
import { connect, over, type StreamProvider, serve } from "streams-core";
import { tcp } from "transport-tcp";
import { heartbeat, logging } from "./index.js";

const backends = {
  "native+tcp": over(native(), tcp()),
  "http2+tcp": over(http2(), tcp()),
};

for (const scheme of Object.keys(backends)) {
  console.log(`\n${scheme}`);
  await using server = await serve(`${scheme}://127.0.0.1:0`, backends);
  void server.accept().then((session) => session && shoutBack(session));

  const beats = new EventEmitter();
  const beating = heartbeat({
    interval: 20,
    timeout: 5_000,
    onBeat(roundTrip) {
      console.log(`heartbeat: ${roundTrip.toFixed(1)} ms`);
      beats.emit("beat");
    },
  });
  const firstBeat = once(beats, "beat");
  await using session = logging(console.log)(beating(await connect(server.url, backends)));
  for (const word of ["hello", "streams"]) console.log(`answer: ${await ask(session, word)}`);
  await firstBeat;
}

/** Answers each stream with what it says, in capitals. */
async function shoutBack(session: StreamProvider): Promise<void> {
  for await (const stream of session.listen()) {
    await stream.write(Buffer.from((await text(stream)).toUpperCase()));
    await stream.close();
  }
}

/** Says one thing on a stream of its own, and gives what comes back. */
async function ask(session: StreamProvider, question: string): Promise<string> {
  const stream = await session.newStream();
  await stream.write(Buffer.from(question));
  await stream.close();
  return text(stream);
}
