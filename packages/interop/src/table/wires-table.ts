// The table of wires in the README: what each can do, asked of the muxes, and against what it was proven, from results.json.

import { native } from "mux-native";
import { type Proof, readResults } from "../results.js";
import { loadWire } from "../wires.js";
import { type About, ROWS } from "./about.js";
import { EVERYTHING, featuresOf, words } from "./features.js";
import { markdownTable } from "./markdown.js";

const HEADING = ["wire", "choose it when", "between our own ends", "towards the original", "proven against"];

/** @throws where results.json tells of other versions than the peers are built with: run them again */
export async function wiresTable(): Promise<string> {
  const proofs = readResults();
  const rows: string[][] = [];
  for (const about of ROWS) rows.push(await rowOf(about, proofs));
  return [
    "Our own ends know each other by a sign that the originals ignore, and say the rest in frames that those never see.",
    `"Everything" is ${EVERYTHING}.`,
    "",
    markdownTable(HEADING, rows),
  ].join("\n");
}

async function rowOf(about: About, proofs: readonly Proof[]): Promise<string[]> {
  const { wire: name, name: title, package: folder, choose, also } = about;
  const link = `[${title}](packages/${folder})`;
  if (name === undefined) return [link, choose, words(await featuresOf(() => native())), "–", "–"];
  const wire = await loadWire(name);
  if (wire === undefined) throw new Error(`There is no src/wires/${name}.ts: the table has a row for it.`);
  const proven = wire.originals.map(({ name: peer, version }) => {
    const proof = proofs.find((one) => one.wire === wire.name && one.peer === peer);
    if (proof?.version === version) return `${peer} ${short(version)}: ${proof.passed} cases`;
    throw new Error(
      `results.json has ${proof?.version ?? "nothing"} of ${peer}, and the peer is ${version}: run \`pnpm interop --keep\`.`,
    );
  });
  const against = [...proven, ...(also === undefined ? [] : [also])].join("<br>");
  return [link, choose, words(await featuresOf(wire.ours)), words(await featuresOf(wire.stock)), against];
}

/** A module without versions has those of its commits: `v0.0.0-20160802230925-fc182d90f26e`. */
const short = (version: string): string =>
  version.replace(/^v0\.0\.0-(\d{4})(\d\d)(\d\d)\d{6}-([0-9a-f]{7}).*$/, "$4 ($1-$2-$3)");
