// Row 44, as much of it as fits into seconds: the same program runs for hours from the command line.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { watchProcess } from "../src/adapters/process-watch.js";
import { slopeOf } from "../src/soak/slope.js";
import { soak } from "../src/soak/soak.js";

const MiB = 1024 * 1024;

/** Sessions of 100 streams: what each wire does in some three seconds. Of six, one is closed under its streams and one breaks. */
const SESSIONS = {
  native: 12,
  yamux: 12,
  smux: 12,
  http2: 9,
  ssh: 6,
  spdy: 12,
  muxado: 12,
  muxado1: 12,
  mio: 12,
} as const;

let watch: ReturnType<typeof watchProcess>;
beforeEach(() => {
  watch = watchProcess();
});
afterEach(() => {
  expect(watch.stop()).toEqual([]);
});

describe.each(["native", "yamux", "smux", "http2", "ssh", "spdy", "muxado", "muxado1", "mio"] as const)(
  "%s",
  (wire) => {
    test("row 44: hundreds of streams, reset, closed and broken among them, leave no byte wrong, no handle and no heap behind", async () => {
      const sessions = SESSIONS[wire];
      const report = await soak({
        wire,
        seed: 44,
        streamsPerSession: 100,
        sessions,
        milliseconds: Number.POSITIVE_INFINITY,
        samples: 4,
      });
      const { tally, samples, handles } = report;
      expect(tally.failures).toEqual([]);
      expect(tally.mismatches).toBe(0);
      expect(report.sessions).toBe(sessions);
      // In a session that is ended early, streams that were not begun yet stay away.
      expect(tally.streams).toBeGreaterThan(sessions * 60);
      expect(tally.cut).toBeGreaterThan(0);
      expect(tally.cut).toBeLessThan(tally.streams / 4);
      expect(handles).toEqual([]);
      const [, second] = samples;
      const last = samples.at(-1);
      // The first quarter is there to compile code and fill caches.
      expect((last?.bytes ?? 0) - (second?.bytes ?? 0)).toBeLessThan(MiB);
    }, 60_000);
  },
);

describe("the heap slope", () => {
  const line = (slope: number, from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      streams: (from + i) * 1000,
      bytes: 5_000_000 + slope * (from + i) * 1000,
    }));

  test("is what a straight line has, and one outlier does not move it", () => {
    const samples = line(3, 0, 20);
    samples[15] = { streams: 15_000, bytes: 90_000_000 };
    expect(slopeOf(samples)).toBeCloseTo(3);
  });

  test("leaves the warm-up out", () => {
    expect(slopeOf([...line(1000, 0, 10), ...line(0, 10, 20)])).toBe(0);
  });

  test("is unknown of few samples", () => {
    expect(slopeOf(line(3, 0, 2))).toBeUndefined();
  });
});
