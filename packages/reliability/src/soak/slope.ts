// How fast something grows: the median of the slopes between all pairs of samples (Theil and Sen), which single outliers do not move.

export interface Sample {
  /** Streams that were over when it was taken. */
  readonly streams: number;
  /** Bytes in use after a collection. */
  readonly bytes: number;
}

/** Of a run, the part in which code is still compiled and caches fill. */
const WARM_UP = 1 / 3;

/** Bytes per stream, once warm; undefined of fewer than three samples. */
export function slopeOf(samples: readonly Sample[]): number | undefined {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  if (warm.length < 3) return undefined;
  const slopes = warm
    .flatMap((from, i) => warm.slice(i + 1).map((to) => (to.bytes - from.bytes) / (to.streams - from.streams)))
    .sort((a, b) => a - b);
  const middle = slopes.length / 2;
  const [low = 0, high = low] = [slopes[Math.ceil(middle) - 1], slopes[Math.floor(middle)]];
  return (low + high) / 2;
}
