// What the runtime offers beyond the web platform, where it does: the checks that need it are made only there.

interface HostProcess {
  on(event: string, listener: (error: unknown) => void): unknown;
  off(event: string, listener: (error: unknown) => void): unknown;
  getActiveResourcesInfo?(): string[];
  memoryUsage?(): { heapUsed: number; arrayBuffers: number };
}

interface Host {
  readonly process?: HostProcess;
  readonly gc?: () => void;
}

/** Types of other runtimes are not known here; each use checks that the thing is there. */
export const host: Host = globalThis as Host;

/** How many of each kind of handle, request and timer keep the process alive; `undefined` where the runtime does not tell. */
export function activeResources(): Map<string, number> | undefined {
  const kinds = host.process?.getActiveResourcesInfo?.();
  if (kinds === undefined) return undefined;
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Bytes in use after a collection; `undefined` unless the runtime lets us collect (Node: `--expose-gc`). */
export function heapAfterCollection(): number | undefined {
  const { gc, process } = host;
  if (gc === undefined || process?.memoryUsage === undefined) return undefined;
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
