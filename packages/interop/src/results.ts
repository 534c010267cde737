// results.json: which originals were shown to work, in which version, by how many cases. Kept in the repository, for the table in the README.

import { readFileSync, writeFileSync } from "node:fs";
import { grouped } from "./grouped.js";
import { isObject } from "./objects.js";
import type { Row } from "./report.js";

const FILE = new URL("../results.json", import.meta.url);

/** What a whole run showed of an original. */
export interface Proof {
  readonly wire: string;
  readonly peer: string;
  readonly version: string;
  /** Cases that passed, each role of our end counted. */
  readonly passed: number;
  /** Cases in which the original itself hangs or breaks, counted so too. */
  readonly recorded: number;
}

/** @throws if a case failed: there is nothing to keep then */
export function proofsOf(rows: readonly Row[]): Proof[] {
  const failed = rows.find(({ result }) => result === "failed");
  if (failed !== undefined) throw new Error(`${failed.wire} × ${failed.peer}, ${failed.case}: failed`);
  const there = rows.filter(({ result }) => result !== "unavailable");
  return [...grouped(there, ({ wire, peer }) => `${wire} ${peer}`).values()].flatMap((ofPeer) => {
    const [first] = ofPeer;
    if (first === undefined) return [];
    const { wire, peer, version } = first;
    return {
      wire,
      peer,
      version,
      passed: ofPeer.filter(({ result }) => result === "passed").length,
      recorded: ofPeer.filter(({ result }) => result === "recorded").length,
    };
  });
}

/** Replaces what is kept of the wires that ran. */
export function keepResults(rows: readonly Row[], wires: readonly string[]): void {
  const gone = unavailable(rows);
  const others = readResults().filter(({ wire }) => !wires.includes(wire) || gone.has(wire));
  const proofs = [...others, ...proofsOf(rows)].sort((a, b) => order(a).localeCompare(order(b)));
  writeFileSync(FILE, `${JSON.stringify(proofs, null, 2)}\n`);
}

const order = ({ wire, peer }: Proof): string => `${wire} ${peer}`;

/** Says where a run showed something else than what is kept; empty where it showed the same. */
export function differences(rows: readonly Row[], wires: readonly string[]): string[] {
  const kept = new Map(readResults().map((proof) => [order(proof), proof]));
  const shown = new Map(proofsOf(rows).map((proof) => [order(proof), proof]));
  const gone = unavailable(rows);
  const ran = [...kept.values()].filter(({ wire }) => wires.includes(wire) && !gone.has(wire)).map(order);
  return [...new Set([...ran, ...shown.keys()])].flatMap((name) => {
    const [before, now] = [told(kept.get(name)), told(shown.get(name))];
    return before === now ? [] : [`${name}: results.json has ${before}, this run showed ${now}`];
  });
}

/** Wires of which an original could not be had: what was shown of it before stands. */
const unavailable = (rows: readonly Row[]): ReadonlySet<string> =>
  new Set(rows.filter(({ result }) => result === "unavailable").map(({ wire }) => wire));

const told = (proof: Proof | undefined): string =>
  proof === undefined ? "nothing" : `${proof.version}, ${proof.passed} passed, ${proof.recorded} recorded`;

export function readResults(): Proof[] {
  const found: unknown = JSON.parse(readFileSync(FILE, "utf8"));
  if (Array.isArray(found) && found.every(isProof)) return found;
  throw new Error("results.json is not what `pnpm interop --keep` writes; write it anew.");
}

const isProof = (value: unknown): value is Proof =>
  isObject(value) &&
  typeof value.wire === "string" &&
  typeof value.peer === "string" &&
  typeof value.version === "string" &&
  typeof value.passed === "number" &&
  typeof value.recorded === "number";
