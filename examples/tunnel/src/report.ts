// What a run prints: a table on stdout, row by row, and one line on stderr that says how far it is.

export interface Row {
  readonly backend: string;
  readonly streams: number;
  readonly bytes: number;
  /** Milliseconds that the bytes took. */
  readonly time: number;
  /** Milliseconds of small requests, sorted. */
  readonly small: readonly number[];
  readonly result: string;
}

const columns = [18, 9, 13, 8, 9, 9] as const;

export const heading: string = line(["backend", "streams", "bytes", "MB/s", "p50 ms", "p99 ms"], "result");

export function format(row: Row): string {
  const rate = row.time > 0 ? (row.bytes / 1000 / row.time).toFixed(0) : "-";
  const cells = [row.backend, `${row.streams}`, row.bytes.toLocaleString("en"), rate];
  return line([...cells, quantile(row.small, 0.5), quantile(row.small, 0.99)], row.result);
}

/** Overwrites one line of a terminal; elsewhere it writes a line every ten seconds. */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  #next = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  show(text: () => string): void {
    const now = performance.now();
    if (now < this.#next) return;
    if (this.#out.isTTY) this.#out.write(`\r\x1b[K${text()}`);
    else if (this.#next > 0) this.#out.write(`${text()}\n`);
    this.#next = now + (this.#out.isTTY ? 100 : 10_000);
  }

  clear(): void {
    if (this.#out.isTTY) this.#out.write("\r\x1b[K");
  }
}

function line(cells: readonly string[], last: string): string {
  const [first = "", ...rest] = cells;
  const numbers = rest.map((cell, at) => cell.padStart(columns[at + 1] ?? 0));
  return `${first.padEnd(columns[0])}${numbers.join("")}  ${last}`;
}

function quantile(sorted: readonly number[], q: number): string {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]?.toFixed(2) ?? "-";
}
