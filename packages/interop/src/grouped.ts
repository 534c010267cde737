// Node 20 has no Map.groupBy.

/** In the order in which the groups first come. */
export function grouped<T>(all: Iterable<T>, keyOf: (one: T) => string): Map<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}
