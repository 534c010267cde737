// What happened in a run, as a hash that two equal runs share and, if asked for, as lines to read.

export class Trace {
  readonly lines: string[] = [];
  readonly #clock: { readonly now: number };
  readonly #keep: boolean;
  #hash = 0x811c9dc5;

  constructor(clock: { readonly now: number }, keep: boolean) {
    this.#clock = clock;
    this.#keep = keep;
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  /** @param who client, server, or nobody; `numbers` say the stream, the size, the code */
  note(who: string, what: string, ...numbers: (number | string)[]): void {
    this.#mix(Math.round(this.#clock.now * 1000));
    this.#text(who);
    this.#text(what);
    for (const number of numbers) {
      if (typeof number === "number") this.#mix(number);
      else this.#text(number);
    }
    if (this.#keep) this.lines.push(`${this.#clock.now.toFixed(3).padStart(12)}  ${who} ${what} ${numbers.join(" ")}`);
  }

  #text(text: string): void {
    for (let i = 0; i < text.length; i += 1) this.#mix(text.charCodeAt(i));
  }

  /** FNV-1a, a number at a time. */
  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), 0x01000193);
  }
}
