// The rows that the public face of mux-ssh shows.

import { ssh } from "mux-ssh";
import { describe } from "vitest";
import { underWatch } from "../src/adapters/guard.js";
import { connectOver, processRows, publicRows } from "../src/adapters/public-rows.js";
import { BOTH } from "../src/adapters/ssh-peer.js";

describe("ssh", () => {
  underWatch(() => connectOver(ssh(BOTH)));
  publicRows({
    mux: (options) => ssh({ ...BOTH, ...options }),
    narrow: (options) => ssh({ ...BOTH, ...options, window: 65_536 }),
    narrowHolds: 65_536,
    unsent: 512 * 1024,
    opens: 3000,
    lingering: 1000,
    sessions: 30,
  });
  processRows(ssh(BOTH), `const { ssh } = await import("mux-ssh"); const mux = ssh(${JSON.stringify(BOTH)});`);
});
