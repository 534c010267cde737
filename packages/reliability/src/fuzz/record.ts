// Bytes of real sessions, as the simulator's runs put them on the link.

import { handled } from "streams-core/kit";
import type { Personality } from "../sim/lane.js";
import { link } from "../sim/links.js";
import { Pair } from "../sim/pair.js";
import { Random } from "../sim/random.js";
import type { WireFactory } from "../sim/wires.js";

export interface Recording {
  /** What the client sent, and what the server did. */
  readonly there: Uint8Array;
  readonly back: Uint8Array;
}

/** A session in which both ends open, write, reset and close some streams; every kind of frame occurs. */
export async function recordSession(seed: number, wire: WireFactory, rounds: number): Promise<Recording> {
  const random = new Random(seed);
  const there: Uint8Array[] = [];
  const back: Uint8Array[] = [];
  const memory: Personality = link({ name: "recorded" });
  const recording: WireFactory = (role, options) => {
    const inner = wire(role, options);
    const receive = inner.receive.bind(inner);
    const to = role === "server" ? there : back;
    return Object.assign(inner, {
      receive: (...[chunk, sink]: Parameters<typeof receive>): void => {
        to.push(chunk.slice());
        receive(chunk, sink);
      },
    });
  };
  const pair = new Pair({ wire: recording, random, there: memory });
  for (const { session } of pair.ends) {
    const accept = async (): Promise<void> => {
      const decide = (): { accept: boolean; code: number } => ({ accept: !random.chance(0.2), code: random.below(9) });
      for await (const stream of session.listen(decide)) {
        void stream.write(new Uint8Array(random.below(50)));
        if (random.chance(0.2)) stream.reset(random.below(9));
        else handled(stream.read().then(() => stream.close()));
      }
    };
    void accept();
  }
  for (let round = 0; round < rounds; round += 1) {
    const { session } = random.pick(pair.ends);
    const urgency = random.pick([0, 3, 7] as const);
    const stream = await session.newStream(random.chance(0.5) ? { round: String(round) } : undefined, {
      priority: { urgency },
    });
    void stream.write(new Uint8Array(random.below(60)).fill(round));
    if (random.chance(0.2)) stream.stopReading(random.below(9));
    if (random.chance(0.7)) void stream.close();
    if (random.chance(0.3)) void session.ping();
    for (let steps = random.below(3); steps > 0; steps -= 1) await pair.step();
    if (random.chance(0.2)) stream.reset(random.below(9));
  }
  for (let steps = 0; steps < 10; steps += 1) await pair.step();
  void pair.server.session.shutdown();
  await pair.step();
  void pair.client.session.close({ code: 5, reason: "recorded" });
  await pair.until(() => pair.done);
  return { there: Buffer.concat(there), back: Buffer.concat(back) };
}
