// A trace played to a session whose application notes all that reaches it.

import { Session, type SessionHost, type Wire } from "mux-engine";
import { isStreamsError, type Stream } from "streams-core";
import { turn } from "../../src/sim/pair.js";
import type { Random } from "../../src/sim/random.js";

export interface Played {
  /** The code that the session failed with, "closed", or "open" if it goes on. */
  readonly ended: string;
  /** What reached the application, or left the session, after that. */
  readonly late: readonly string[];
}

export async function played(wire: Wire, trace: Uint8Array, random: Random): Promise<Played> {
  const log: string[] = [];
  let over = false;
  const end = (): void => {
    over = true;
  };
  const nothing = (): void => {};
  const host: SessionHost = {
    now: () => 0,
    random: () => 0.5,
    wake: nothing,
    wakeLater: nothing,
    readOn: nothing,
    end,
  };
  const session = new Session(wire, host);
  void accept(session, log);
  let at = 0;
  while (at < trace.byteLength && !over) {
    const next = at + 1 + random.below(2000);
    session.receive(trace.subarray(at, next));
    session.produce(65_536);
    at = next;
    if (random.chance(0.2)) await turn();
  }
  // The application has its turn with what had come before.
  for (let turns = 0; turns < 3; turns += 1) await turn();
  if (!over) return { ended: "open", late: [] };
  const { length } = log;
  session.receive(trace.subarray(at));
  session.receive(trace);
  for (let turns = 0; turns < 3; turns += 1) await turn();
  const late = log.slice(length);
  if (session.produce(65_536).length > 0) late.push("frames");
  if (session.stats().streamsOpen > 0) late.push("open streams");
  return { ended: await endOf(session), late };
}

async function accept(session: Session, log: string[]): Promise<void> {
  for await (const stream of session.listen()) {
    log.push(`stream ${stream.id}`);
    void read(stream, log);
  }
}

async function read(stream: Stream, log: string[]): Promise<void> {
  try {
    for await (const chunk of stream) log.push(`${chunk.byteLength} bytes of ${stream.id}`);
    log.push(`the end of ${stream.id}`);
  } catch (error) {
    log.push(`${String(error)} of ${stream.id}`);
  }
}

function endOf(session: Session): Promise<string> {
  return session.closed.then(
    () => "closed",
    (error) => (isStreamsError(error) ? error.code : String(error)),
  );
}
