// Cuts a byte stream into what a wire's syntax asks for: a few contiguous bytes at a time, or payload passed through as it comes.

/** A wire's syntax. It is asked again and again: first for `flow` bytes to pass through, then for `want` contiguous bytes. */
export interface Syntax {
  /** Contiguous bytes, at least one, that the next `take` needs. A change takes effect after `take` or `pass` returns. */
  readonly want: number;
  /** Payload bytes to pass through before that. The syntax counts them down in `pass`. */
  readonly flow: number;
  /** Gets `want` bytes of `bytes` from `at` on; they may be reused after the call. */
  take(bytes: Uint8Array, at: number): void;
  /** Gets a view of at most `flow` bytes, which it may keep. */
  pass(payload: Uint8Array): void;
}

export class Framer {
  readonly #syntax: Syntax;
  #held = new Uint8Array(64);
  #heldSize = 0;

  constructor(syntax: Syntax) {
    this.#syntax = syntax;
  }

  feed(chunk: Uint8Array): void {
    const syntax = this.#syntax;
    const end = chunk.length;
    let at = 0;
    for (;;) {
      if (syntax.flow > 0) {
        if (at === end) return;
        const length = Math.min(syntax.flow, end - at);
        syntax.pass(length === end && at === 0 ? chunk : chunk.subarray(at, at + length));
        at += length;
      } else if (this.#heldSize === 0 && end - at >= syntax.want) {
        const start = at;
        at += syntax.want;
        syntax.take(chunk, start);
      } else {
        at = this.#hold(chunk, at, syntax.want);
        if (this.#heldSize < syntax.want) return;
        this.#heldSize = 0;
        syntax.take(this.#held, 0);
      }
    }
  }

  /** Adds to the held bytes until they are `want`. Only bytes that arrived are ever stored, whatever a header announced. */
  #hold(chunk: Uint8Array, at: number, want: number): number {
    const length = Math.min(want - this.#heldSize, chunk.length - at);
    const size = this.#heldSize + length;
    if (size > this.#held.length) {
      const larger = new Uint8Array(Math.min(want, size * 2));
      larger.set(this.#held.subarray(0, this.#heldSize));
      this.#held = larger;
    }
    this.#held.set(chunk.subarray(at, at + length), this.#heldSize);
    this.#heldSize = size;
    return at + length;
  }
}
