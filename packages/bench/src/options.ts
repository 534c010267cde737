// The command line.

import { parseArgs } from "node:util";
import { type Entry, PEERS, peerNamed } from "./peers.js";
import { type Measure, WORKLOADS, type WorkloadName } from "./workloads.js";

export interface Options {
  readonly peers: readonly Entry[];
  readonly workloads: readonly Measure[];
  readonly rounds: number;
  readonly node: string;
  readonly json: boolean;
  readonly svg: string | undefined;
}

/** @throws an Error that says what may be given */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      workload: { type: "string", default: WORKLOADS.join() },
      peer: { type: "string", default: PEERS.map((peer) => peer.name).join() },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "2" },
      idle: { type: "string" },
      "round-trip": { type: "string", default: "100" },
      node: { type: "string", default: process.execPath },
      json: { type: "boolean", default: false },
      svg: { type: "string" },
    },
  });
  const seconds = positive("seconds", values.seconds);
  const roundTrip = positive("round-trip", values["round-trip"]);
  const idle = values.idle === undefined ? undefined : positive("idle", values.idle);
  return {
    peers: values.peer.split(",").map(peerNamed),
    workloads: values.workload.split(",").map((name) => {
      const workload = workloadNamed(name);
      return { workload, seconds, roundTrip, idle: idle ?? (workload === "mem" ? 20_000 : 100_000) };
    }),
    rounds: positive("rounds", values.rounds),
    node: values.node,
    json: values.json,
    svg: values.svg,
  };
}

function workloadNamed(name: string): WorkloadName {
  const found = WORKLOADS.find((one) => one === name);
  if (found === undefined) throw new Error(`There is no workload "${name}"; there are ${WORKLOADS.join(", ")}.`);
  return found;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} takes a number above 0, and not "${text}".`);
  return value;
}
