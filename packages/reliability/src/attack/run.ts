// One attack: a sibling session in the process attacked, with and without the attacker beside it.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { native } from "mux-native";
import { over, type StreamProvider } from "streams-core";
import { tcp } from "transport-tcp";
import type { Attacked } from "./attacker.js";
import type { Flood } from "./floods.js";
import type { Ends, Ports } from "./victim.js";

export interface Result {
  readonly name: string;
  /** Milliseconds of each echo: with no attack, with the same one on another process, and with one on this process. */
  readonly quiet: readonly number[];
  readonly elsewhere: readonly number[];
  readonly attacked: readonly number[];
  readonly attacker: Attacked;
  readonly ends: Ends;
}

export interface AttackOptions {
  /** Of the attack altogether; the quiet takes half of that, and the attack elsewhere too. */
  readonly milliseconds: number;
  /** How often they alternate. */
  readonly rounds: number;
  /** Whether to attack elsewhere. */
  readonly compare: boolean;
}

const PAUSE_MS = 4;
const MESSAGE = 64;
const WARM_UP_MS = 150;

/**
 * The three alternate, so that what else the machine does hits each of them. The attack elsewhere shows what the attacker takes from
 * everybody by keeping a processor busy; what is beyond that, the process attacked fails to give its other sessions.
 */
export async function runAttack(flood: Flood, { milliseconds, rounds, compare }: AttackOptions): Promise<Result> {
  const victim = program("victim");
  const decoy = compare ? program("victim") : undefined;
  try {
    const [ports, decoys] = await Promise.all([message<Ports>(victim), decoy && message<Ports>(decoy)]);
    const session = await over(native(), tcp()).connect(new URL(`tcp://127.0.0.1:${ports.sibling}`));
    const quiet: number[] = [];
    const elsewhere: number[] = [];
    const attacked: number[] = [];
    const attacks: Attacked[] = [];
    const measured = (part: number) => measure(session, (part * milliseconds) / rounds);
    await measure(session, WARM_UP_MS);
    for (let round = 0; round < rounds; round += 1) {
      quiet.push(...(await measured(0.5)));
      if (decoys !== undefined) await attack(flood, decoys, async () => elsewhere.push(...(await measured(0.5))));
      attacks.push(await attack(flood, ports, async () => attacked.push(...(await measured(1)))));
      // What the attack left to do is no part of the quiet.
      await measure(session, WARM_UP_MS);
    }
    const ends = await ask<Ends>(victim);
    await session.close();
    const total = (of: (one: Attacked) => number): number => attacks.reduce((sum, one) => sum + of(one), 0);
    const attacker = { connections: total((one) => one.connections), bytes: total((one) => one.bytes) };
    return { name: flood.name, quiet, elsewhere, attacked, attacker, ends };
  } finally {
    await Promise.all([end(victim), decoy && end(decoy)]);
  }
}

/** Attacks while `work` goes on. */
async function attack(flood: Flood, ports: Ports, work: () => Promise<unknown>): Promise<Attacked> {
  const attacker = program("attacker", flood.name, String(flood.listens ? ports.echo : ports.deaf));
  try {
    while ((await ask<Attacked>(attacker)).connections === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await work();
    return await ask<Attacked>(attacker);
  } finally {
    await end(attacker);
  }
}

/** The value below which that part of them lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/** Small echoes, each on a stream of its own, one after the other. */
async function measure(session: StreamProvider, milliseconds: number): Promise<number[]> {
  const times: number[] = [];
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    const started = performance.now();
    const stream = await session.newStream();
    void stream.write(new Uint8Array(MESSAGE));
    void stream.close();
    let received = 0;
    for (let chunk = await stream.read(); chunk !== null; chunk = await stream.read()) received += chunk.byteLength;
    if (received !== MESSAGE) throw new Error(`An echo of ${MESSAGE} bytes had ${received}.`);
    times.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return times;
}

function program(name: "victim" | "attacker", ...args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(`../../dist/attack/${name}.js`, import.meta.url)), [...args], { execArgv: [] });
}

async function ask<T>(child: ChildProcess): Promise<T> {
  child.send("tell");
  return message(child);
}

async function message<T>(child: ChildProcess): Promise<T> {
  const leaving = new AbortController();
  try {
    const [value]: unknown[] = await Promise.race([once(child, "message", leaving), died(child, leaving)]);
    // Both ends are this file's own.
    return value as T;
  } finally {
    leaving.abort();
  }
}

async function died(child: ChildProcess, until: AbortController): Promise<never> {
  const [code, signal] = await once(child, "exit", until);
  throw new Error(`The program ended with ${code ?? signal}.`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
