// As provider-faults.test.ts, for the suite of a Conn.

import { describe, test } from "vitest";
import { type ConnFeatures, planConn } from "../src/index.js";
import { expectRed } from "./helpers.js";
import { type ConnFault, RELAY, relayPair } from "./reference/relay.js";

const NOTICED: Readonly<Record<ConnFault, string>> = {
  "the last byte is lost": "nothing written before close is lost",
  "bytes are changed": "a chunk of every size arrives whole",
  "the end comes never": "read gives the end of a direction in which nothing was sent",
  "an end ends both directions": "after close this end goes on reading",
  "a reset is an end": "the peer reads a prefix of what was sent before the reset",
  "a reset is not told": "the peer's waiting read rejects",
  "everything is taken at once": "a reader that does not read stops its writer",
  "a cut is an end": "when the connection breaks, the reader gets a prefix",
  "a cut is not noticed": "when the connection breaks, what waits rejects",
  "disposing closes": "disposing without close resets",
  "aborts are ignored": "a write whose signal has fired already",
  "chunks are empty": "nothing written before close is lost",
  "rejections are not handled": "no ignored promise raises an unhandled rejection",
};

const LIES: readonly (readonly [claim: Partial<ConnFeatures>, noticed: string])[] = [
  [{ halfClose: false }, "a pipe that claims no half-close"],
  [{ resetCode: true }, "the code of a reset reaches the peer"],
];

const OPTIONS = { name: "relay", limits: { unread: 512 * 1024 }, scale: 0.01, deadline: 400 };

describe("a fault in the connection is noticed", () => {
  for (const [fault, name] of Object.entries(NOTICED) as [ConnFault, string][]) {
    test(`${fault}: by "${name}"`, async () => {
      const pair = async () => relayPair(new Set([fault]));
      await expectRed(planConn({ ...OPTIONS, features: RELAY, pair }), name);
    });
  }
});

describe("a false claim in features is noticed", () => {
  for (const [claim, name] of LIES) {
    test(`${JSON.stringify(claim)}: by "${name}"`, async () => {
      const pair = async () => relayPair();
      await expectRed(planConn({ ...OPTIONS, features: { ...RELAY, ...claim }, pair }), name);
    });
  }
});
