// Headers that are taken apart when somebody looks at them: many streams have some that nobody ever reads.

export class BlockHeaders extends Headers {
  static {
    // What Node's `console.log` shows; it would show the fields that are there already.
    function value(this: Headers): Headers {
      return new Headers(this);
    }
    Object.defineProperty(BlockHeaders.prototype, Symbol.for("nodejs.util.inspect.custom"), { value });
  }

  #fields: (() => Iterable<readonly [name: string, value: string]>) | undefined;

  /** @param fields gives what the headers are, valid for sure; called once, or never */
  constructor(fields: () => Iterable<readonly [name: string, value: string]>) {
    super();
    this.#fields = fields;
  }

  override append(name: string, value: string): void {
    this.#fill();
    super.append(name, value);
  }

  override delete(name: string): void {
    this.#fill();
    super.delete(name);
  }

  override get(name: string): string | null {
    this.#fill();
    return super.get(name);
  }

  override getSetCookie(): string[] {
    this.#fill();
    return super.getSetCookie();
  }

  override has(name: string): boolean {
    this.#fill();
    return super.has(name);
  }

  override set(name: string, value: string): void {
    this.#fill();
    super.set(name, value);
  }

  override forEach(...args: Parameters<Headers["forEach"]>): void {
    this.#fill();
    super.forEach(...args);
  }

  override keys(): ReturnType<Headers["keys"]> {
    this.#fill();
    return super.keys();
  }

  override values(): ReturnType<Headers["values"]> {
    this.#fill();
    return super.values();
  }

  override entries(): ReturnType<Headers["entries"]> {
    this.#fill();
    return super.entries();
  }

  override [Symbol.iterator](): ReturnType<Headers["entries"]> {
    return this.entries();
  }

  #fill(): void {
    const fields = this.#fields;
    if (fields === undefined) return;
    this.#fields = undefined;
    for (const [name, value] of fields()) super.append(name, value);
  }
}
