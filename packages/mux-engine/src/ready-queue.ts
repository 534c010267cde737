// Who sends next: strictly by urgency, in turn within one (RFC 9218 section 10, with every stream incremental).

interface Level<T> {
  readonly items: T[];
  head: number;
}

export class ReadyQueue<T extends { readonly urgency: number }> {
  /** By urgency; most sessions never use but one. */
  readonly #levels: (Level<T> | undefined)[] = new Array(8).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    this.#levels[item.urgency] ??= { items: [], head: 0 };
    this.#levels[item.urgency]?.items.push(item);
    this.#size += 1;
  }

  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    for (const level of this.#levels) {
      const item = level?.items[level.head];
      if (level === undefined || item === undefined) continue;
      level.head += 1;
      this.#size -= 1;
      if (level.head === level.items.length) {
        level.items.length = 0;
        level.head = 0;
      } else if (level.head > 1024) {
        level.items.splice(0, level.head);
        level.head = 0;
      }
      return item;
    }
    return undefined;
  }
}
