import type { Features } from "streams-core";
import { expect, test } from "vitest";
import { type ConnFeatures, type Planned, planConn, planProvider, providerSuite, runnerOf } from "../src/index.js";
import { RELAY, relayPair } from "./reference/relay.js";
import { FEATURES, referencePair } from "./reference/session.js";

/** What can do nothing: every case that needs something says what. */
const NO_CONN: ConnFeatures = { halfClose: false, resetCode: false, resetSeen: false, backpressure: false, cut: false };
const NO_WIRE: Features = {
  headers: "none",
  opens: "client",
  flowControl: "session",
  halfClose: false,
  resetCode: false,
  ping: false,
  priority: false,
  drain: false,
};

const pair = async () => ({ ...referencePair(), dispose: async () => {} });
const setup = { name: "x", features: FEATURES, pair };
const connSetup = { name: "x", features: RELAY, pair: async () => relayPair() };

test("CASES.md lists every case; `vitest -u` writes it anew", async () => {
  const conn = listed(planConn(connSetup), planConn({ ...connSetup, features: NO_CONN }));
  const ofSession = ({ theme }: Planned): boolean => !theme.startsWith("a stream is a Conn");
  const provider = listed(
    planProvider(setup).filter(ofSession),
    planProvider({ ...setup, features: NO_WIRE }).filter(ofSession),
  );
  const text = [
    "# The cases",
    "",
    "Written by a test out of the suite itself. Each is run from both ends where that makes a difference.",
    "",
    "## Of a connection, and of every stream",
    ...conn,
    "",
    "## Of a session",
    ...provider,
    "",
  ].join("\n");
  await expect(text).toMatchFileSnapshot("../CASES.md");
});

test("names are unique within a suite", () => {
  for (const planned of [planConn(connSetup), planProvider(setup)]) {
    expect(new Set(planned.map(({ name }) => name)).size).toBe(planned.length);
  }
});

test("every case applies to some wire", () => {
  const wires = [FEATURES, NO_WIRE, { ...NO_WIRE, opens: "both" } as const];
  const plans = wires.map((features) => planProvider({ ...setup, features }));
  const never = plans[0]?.filter((_, i) => plans.every((planned) => planned[i]?.skipped !== undefined));
  expect(never?.map(({ name }) => name)).toEqual([]);
});

test("an exception skips its case, at both ends, with the reason", () => {
  const name = "a thousand chunks of one byte arrive";
  const planned = planConn({ ...connSetup, exceptions: { [name]: "too slow" } });
  expect(planned.filter(({ skipped }) => skipped === "too slow").map((one) => one.name)).toEqual([
    `${name} (dialer)`,
    `${name} (accepter)`,
  ]);
});

test("an exception for a case that does not exist is an error", () => {
  expect(() => planConn({ ...connSetup, exceptions: { "no such case": "because" } })).toThrow("no such case");
});

test("the runner gets groups, tests with a time limit, and skips with a reason", () => {
  const groups: string[] = [];
  const run: { name: string; timeout: number | undefined }[] = [];
  const skipped: string[] = [];
  const runner = runnerOf({
    describe(name, body) {
      groups.push(name);
      body();
    },
    test(name, { timeout, skip }) {
      if (skip) skipped.push(name);
      else run.push({ name, timeout });
    },
  });
  providerSuite(runner, { ...setup, name: "mine", features: { ...FEATURES, ping: false }, deadline: 100 });
  expect(groups[0]).toBe("mine");
  expect(groups).toContain("headers");
  expect(run).toContainEqual({ name: "a wire that claims no ping says so (client opens)", timeout: 400 });
  expect(skipped).toContain(
    "ping gives a round trip in milliseconds, which statistics keep (client opens) (not applicable: it cannot measure a round trip (features.ping))",
  );
});

test("a wait that is in vain names what was waited for", async () => {
  const never = { ...connSetup, deadline: 20, pair: () => new Promise<never>(() => {}) };
  await expect(planConn(never)[0]?.run()).rejects.toThrow("Waited 20 ms in vain for a connected pair");
});

/** Each theme and its cases, with what a case needs where a wire may lack it. */
function listed(all: readonly Planned[], none: readonly Planned[]): string[] {
  const lines: string[] = [];
  for (const theme of new Set(all.map((one) => one.theme))) {
    lines.push("", `### ${theme}`, "");
    const seen = new Set<string>();
    all.forEach((one, i) => {
      const name = one.name.replace(/( \((dialer|opener|accepter|client opens|server opens)\))+$/, "");
      if (one.theme !== theme || seen.has(name)) return;
      seen.add(name);
      const reason = none[i]?.skipped ?? one.skipped;
      lines.push(reason === undefined ? `- ${name}` : `- ${name}. _Not where_ ${reason}`);
    });
  }
  return lines;
}
