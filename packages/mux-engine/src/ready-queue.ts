// Who sends next: strictly by urgency, in turn within one (RFC 9218 section 10, with every stream incremental).

export class ReadyQueue<T extends { readonly urgency: number }> {
  readonly #levels: { items: T[]; head: number }[] = Array.from({ length: 8 }, () => ({ items: [], head: 0 }));
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    this.#levels[item.urgency]?.items.push(item);
    this.#size += 1;
  }

  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    for (const level of this.#levels) {
      const item = level.items[level.head];
      if (item === undefined) continue;
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
