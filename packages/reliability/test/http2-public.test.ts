// The rows that the public face of mux-http2 shows.

import { http2 } from "mux-http2";
import { describe } from "vitest";
import { underWatch } from "../src/adapters/guard.js";
import { connectOver, processRows, publicRows } from "../src/adapters/public-rows.js";

describe("http2", () => {
  underWatch(() => connectOver(http2()));
  publicRows({
    mux: (options) => http2(options),
    narrow: (options) => http2({ ...options, streamWindow: 65_536 }),
    // The window, what a stream reads ahead, and the frames that were on their way.
    narrowHolds: 2 * 65_536 + 2 * 16_384,
    unsent: 320 * 1024,
    // nghttp2 works off some 2,000 a second beyond the limit of streams.
    opens: 3000,
    // Node before 22 cuts off a peer that resets 1,000 at once.
    lingering: 900,
    sessions: 200,
  });
  processRows(http2(), 'const { http2 } = await import("mux-http2"); const mux = http2();');
});
