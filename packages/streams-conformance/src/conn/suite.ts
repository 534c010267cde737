// The suite of a Conn: transports, bridges, anything that is a byte pipe.

import type { ErrorCode } from "streams-core";
import { type Planned, plan, register } from "../case.js";
import type { Runner } from "../runner.js";
import { tools } from "../tools/index.js";
import { within } from "../tools/time.js";
import { fromBothEnds } from "./cases.js";
import type { ConnScene } from "./scene.js";
import type { ConnPair, ConnSetup } from "./setup.js";

const DEADLINE_MS = 10_000;
const LIMITS = { unread: 16 * 1024 * 1024, sizes: [] };

/** A connection cannot always tell how it was broken. */
const LOSSES: readonly ErrorCode[] = ["ERR_RESET", "ERR_TRANSPORT_LOST", "ERR_CHILD_FAILED"];

/** Runs every case that applies to the setup's kind of connection. */
export function connSuite(runner: Runner, setup: ConnSetup): void {
  register(runner, setup.name, planConn(setup));
}

/** The cases as they stand for this setup: to list them, or to run them without a test runner. */
export function planConn(setup: ConnSetup): Planned[] {
  const { features, exceptions = {}, deadline = DEADLINE_MS } = setup;
  const cases = fromBothEnds("dialer", "accepter");
  return plan(cases, { ability: features, exceptions, deadline, scene: () => scene(setup, deadline) });
}

function scene(setup: ConnSetup, deadline: number): ConnScene {
  const open: ConnPair[] = [];
  return {
    ...tools(deadline),
    features: setup.features,
    limits: { ...LIMITS, ...setup.limits },
    scale: setup.scale ?? 1,
    losses: LOSSES,
    async pair() {
      const pair = await within("a connected pair", setup.pair(), deadline);
      open.push(pair);
      return pair;
    },
    async dispose() {
      for (const pair of open) {
        pair.near.reset();
        pair.far.reset();
        await within("dispose() of the pair", pair.dispose(), deadline);
      }
    },
  };
}
