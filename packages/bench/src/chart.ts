// A run as a picture: a panel for each workload and number, a bar for each peer, a line from its least to its greatest.

import type { Summary } from "./rows.js";
import { rounded } from "./table.js";

const WIDTH = 760;
const NAME_WIDTH = 130;
const BAR_WIDTH = 440;
const BAR = 14;
const STEP = 19;
const TITLE = 34;
/** Left out: what the panel beside it says too. */
const HIDDEN: ReadonlySet<string> = new Set(["p50 ms", "client heap B", "server heap B"]);

export function chartOf(summaries: readonly Summary[]): string {
  const panels = new Map<string, Summary[]>();
  for (const one of summaries) {
    if (HIDDEN.has(one.metric)) continue;
    const title = `${one.workload}, ${one.metric}`;
    panels.set(title, [...(panels.get(title) ?? []), one]);
  }
  let y = 10;
  const drawn: string[] = [];
  for (const [title, bars] of panels) {
    drawn.push(panel(title, bars, y));
    y += TITLE + bars.length * STEP + 10;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="12">`,
    "<title>Multiplexers and the raw socket, workload by workload</title>",
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

function panel(title: string, bars: readonly Summary[], y: number): string {
  const top = Math.max(...bars.map((bar) => bar.max), Number.MIN_VALUE);
  const scale = (value: number): number => (Math.max(0, value) / top) * BAR_WIDTH;
  const lines = bars.map((bar, i) => barOf(bar, y + TITLE + i * STEP, scale));
  return [`<text x="10" y="${y + 18}" font-size="14" font-weight="bold" fill="#222">${title}</text>`, ...lines].join(
    "\n",
  );
}

function barOf(bar: Summary, y: number, scale: (value: number) => number): string {
  const middle = y + BAR / 2;
  const colour = bar.peer.startsWith("native") ? "#2563eb" : bar.peer === "raw" ? "#6b7280" : "#a8b3c4";
  const ratio = bar.ratio === undefined || bar.peer === "raw" ? "" : ` (${bar.ratio.toFixed(2)} × raw)`;
  const at = (x: number): string => (NAME_WIDTH + x).toFixed(1);
  return [
    `<text x="${NAME_WIDTH - 8}" y="${middle + 4}" text-anchor="end" fill="#222">${bar.peer}</text>`,
    `<rect x="${NAME_WIDTH}" y="${y}" width="${scale(bar.median).toFixed(1)}" height="${BAR}" fill="${colour}"/>`,
    `<line x1="${at(scale(bar.min))}" x2="${at(scale(bar.max))}" y1="${middle}" y2="${middle}" stroke="#222"/>`,
    `<text x="${at(scale(bar.max) + 6)}" y="${middle + 4}" fill="#222">${rounded(bar.median)}${ratio}</text>`,
  ].join("");
}
