// Which code has run, by V8's precise block coverage: what an input reached that none before it did.

import { type Profiler, Session } from "node:inspector";

/**
 * V8 counts blocks only in functions that are compiled while it is told to. So this starts when the module is loaded, which must be
 * before the code whose coverage is wanted, and never stops.
 */
const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });

export class Coverage {
  readonly #code: readonly string[];
  /** For each script, a byte for each character: whether it has run. */
  readonly #ran = new Map<string, Uint8Array>();

  /** @param code what the addresses of the scripts that count contain */
  constructor(code: readonly string[]) {
    this.#code = code;
    take();
  }

  /** Characters of code that have run at all. */
  get size(): number {
    let size = 0;
    for (const ran of this.#ran.values()) for (const once of ran) size += once;
    return size;
  }

  /** How much code ran since the last look that had never run before. With `forget`, it goes on counting as never run. */
  look(forget = false): number {
    let fresh = 0;
    for (const { url, functions } of take()) {
      if (!this.#code.some((part) => url.includes(part))) continue;
      const ranges = functions.flatMap((one) => one.ranges);
      // An inner range says more than the one around it.
      ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
      fresh += this.#merge(url, ranges, forget);
    }
    return fresh;
  }

  #merge(url: string, ranges: readonly Profiler.CoverageRange[], forget: boolean): number {
    const end = ranges.reduce((most, { endOffset }) => Math.max(most, endOffset), 0);
    const now = new Uint8Array(end);
    for (const { startOffset, endOffset, count } of ranges) now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    const before = this.#ran.get(url) ?? new Uint8Array(0);
    let fresh = 0;
    for (let i = 0; i < end; i += 1) if (now[i] === 1 && before[i] !== 1) fresh += 1;
    if (fresh === 0 || forget) return fresh;
    const both = new Uint8Array(Math.max(end, before.byteLength));
    both.set(before);
    for (let i = 0; i < end; i += 1) if (now[i] === 1) both[i] = 1;
    this.#ran.set(url, both);
    return fresh;
  }
}

/** What has run since it was last asked. */
function take(): Profiler.ScriptCoverage[] {
  let scripts: Profiler.ScriptCoverage[] = [];
  // Answers within the call: the inspector is in this very thread.
  session.post("Profiler.takePreciseCoverage", (error, { result }) => {
    if (error !== null) throw error;
    scripts = result;
  });
  return scripts;
}
