// The suite of a session: muxes, wrappers, nestings.

import type { Stream, StreamProvider } from "streams-core";
import { type Planned, plan, register } from "../case.js";
import type { Runner } from "../runner.js";
import { check } from "../tools/assert.js";
import { tools } from "../tools/index.js";
import { within } from "../tools/time.js";
import { providerCases } from "./cases.js";
import { needsBoth, type ProviderCase, type ProviderScene } from "./scene.js";
import type { ProviderPair, ProviderSetup } from "./setup.js";

const DEADLINE_MS = 10_000;
const MIB = 1024 * 1024;

/** Runs every case that applies to the setup's wire. */
export function providerSuite(runner: Runner, setup: ProviderSetup): void {
  register(runner, setup.name, planProvider(setup));
}

/** The cases as they stand for this setup: to list them, or to run them without a test runner. */
export function planProvider(setup: ProviderSetup): Planned[] {
  const { features, exceptions = {}, deadline = DEADLINE_MS } = setup;
  const cases = providerCases.flatMap(fromBothEnds);
  return plan(cases, { ability: features, exceptions, deadline, scene: () => scene(setup, deadline) });
}

function fromBothEnds(one: ProviderCase): ProviderCase[] {
  if (one.symmetric) return [one];
  const swapped = (t: ProviderScene): ProviderScene => ({
    ...t,
    async session() {
      const { opener, accepter, cut } = await t.session();
      return { opener: accepter, accepter: opener, cut };
    },
  });
  return [
    { ...one, name: `${one.name} (client opens)` },
    {
      ...one,
      name: `${one.name} (server opens)`,
      needs: (features) => needsBoth(features) ?? one.needs?.(features),
      run: (t) => one.run(swapped(t)),
    },
  ];
}

function scene(setup: ProviderSetup, deadline: number): ProviderScene {
  const open: ProviderPair[] = [];
  const t: ProviderScene = {
    ...tools(deadline),
    features: setup.features,
    limits: {
      unread: (setup.features.flowControl === "stream" ? 4 : 16) * MIB,
      sizes: [],
      backlog: 128,
      streams: 1000,
      headerFields: 128,
      headerBytes: 70_000,
      ...setup.limits,
    },
    scale: setup.scale ?? 1,
    async session() {
      const pair = await within("a connected pair of sessions", setup.pair(), deadline);
      open.push(pair);
      return { opener: pair.client, accepter: pair.server, cut: () => pair.cut() };
    },
    newStream: (session, headers, options) => within("newStream()", session.newStream(headers, options), deadline),
    async accept(listener) {
      const stream = await within("an inbound stream", listener.accept(), deadline);
      check(stream !== null, "accept gave null where a stream was expected");
      return stream;
    },
    async connect(opener, listener, headers, options): Promise<[Stream, Stream]> {
      const near = await t.newStream(opener, headers, options);
      return [near, await t.accept(listener)];
    },
    async dispose() {
      for (const pair of open) {
        await within("close() of both sessions", Promise.all([end(pair.client), end(pair.server)]), deadline);
        await within("dispose() of the pair", pair.dispose(), deadline);
      }
    },
  };
  return t;
}

/** A session that failed in the case may not close cleanly either. */
async function end(session: StreamProvider): Promise<void> {
  await session.close().catch(() => {});
}
