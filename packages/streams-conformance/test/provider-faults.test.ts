// The suite is worth what it notices: each fault put into the reference session must turn the case named beside it red.

import type { Features } from "streams-core";
import { describe, expect, test } from "vitest";
import { planProvider } from "../src/index.js";
import { expectRed } from "./helpers.js";
import type { Fault } from "./reference/faults.js";
import { FEATURES, referencePair } from "./reference/session.js";

const NOTICED: Readonly<Record<Fault, string>> = {
  "a second read is taken for the end": "on a stream, a second read while one waits rejects with ERR_READ_PENDING",
  "the end is given once": "on a stream, read gives null after the end, and for ever",
  "an aborted read loses the next chunk": "on a stream, an aborted read rejects with the signal's reason",
  "leaving the loop resets": "on a stream, for await reads to the end",
  "a write that waits is overtaken": "on a stream, writes that wait leave in call order",
  "an empty chunk ends the stream": "on a stream, an empty chunk sends nothing",
  "text is taken as bytes": "on a stream, what is no chunk",
  "large chunks are cut off": "on a stream, a chunk of every size arrives whole",
  "a signal on write is ignored": "on a stream, a write whose signal has fired already",
  "a write after close is sent": "on a stream, write after close rejects with ERR_CLOSED",
  "close forgets writes that wait": "on a stream, nothing written before close is lost",
  "close ends both directions": "on a stream, after close this end goes on reading",
  "close resolves never": "on a stream, closing again does nothing",
  "closed resolves at the first end": "on a stream, closed waits for both directions",
  "a reset reads as an end": "on a stream, the peer reads a prefix of what was sent before the reset",
  "a reset is not told to the peer": "on a stream, the peer's waiting read rejects",
  "a reset loses its code": "on a stream, the code of a reset reaches the peer",
  "a reset has a code of its own": "on a stream, the code of a reset reaches the peer",
  "a reset is not remote": "on a stream, reset after the peer's close reaches the peer",
  "reset throws the second time": "on a stream, reset never throws",
  "reset undoes a clean end": "on a stream, reset does nothing once both directions have ended",
  "disposing closes": "on a stream, disposing without close resets",
  "disposing resets after close": "on a stream, disposing after close resets nothing",
  "credit is endless": "on a stream, a reader that does not read stops its writer",
  "credit is of the session": "readers that stall stop their writers and no other stream",
  "rejections are not handled": "on a stream, no ignored promise raises an unhandled rejection",
  "reading leaves a listener": "on a stream, a hundred operations with one signal leave no listener",
  "each stream leaves a timer": "10,000 streams one after the other",
  "streams are counted for ever": "10,000 streams one after the other",
  "newStream waits for the peer": "newStream does not wait for the peer",
  "newStream ignores its signal": "newStream with a signal that has fired",
  "a late abort resets the stream": "a signal that fires after newStream resolved",
  "early streams are refused": "newStream does not wait for the peer",
  "ids repeat": "ids are unique",
  "priorities are ignored": "what is urgent is sent before what is not",
  "accept opens nothing": "opened resolves once the stream is accepted",
  "listening twice is allowed": "listening twice throws ERR_LISTENING",
  "closing the listener ends its streams": "disposing the listener closes it and leaves its streams open",
  "a refusal is not retryable": "closing the listener refuses, retry-safe, what nobody took",
  "a refusal loses its headers": "a refusal reaches the opener with its headers and code",
  "a reply loses its headers": "the handler sees the opener's headers",
  "a fault of the handler accepts": "a handler that throws refuses",
  "the backlog has no end": "streams beyond the backlog are refused",
  "headers have no limit": "headers over a limit reject",
  "invalid headers throw": "invalid headers reject with ERR_HEADERS_INVALID",
  "set-cookie is joined": "several set-cookie fields",
  "empty values are dropped": "an empty value",
  "connection is dropped": "names that mean something to HTTP",
  "a close is not remote": "close by the opener ends streams in every state",
  "a close ends finished streams": "shutdown by the opener lets open streams finish",
  "a close resolves only here": "close by the accepter ends streams in every state",
  "a loss is a close": "streams in every state end with ERR_TRANSPORT_LOST",
  "a loss is an end": "a transfer that is cut gives a prefix",
  "a loss is not told to streams": "a ping and a shutdown that wait settle",
  "shutdown resets what is open": "shutdown by the accepter lets open streams finish",
  "shutdown takes new streams": "newStream on the end that drains rejects",
  "shutdown does not close": "shutdown of a session without streams",
  "a drain is not told": "the other end learns of a drain exactly where features.drain says so",
  "statistics are zero": "statistics count streams and bytes",
  "ping is zero": "ping gives a round trip",
  "sessions share their streams": "a sibling session is unharmed",
};

/** Claims about the reference session that are not true, and the case that finds it out. */
const LIES: readonly (readonly [claim: Partial<Features>, noticed: string])[] = [
  [{ headers: "none" }, "a wire that claims to carry no headers"],
  [{ opens: "client" }, "a server that claims not to open streams"],
  [{ flowControl: "session" }, "a wire that claims flow control per session only"],
  [{ halfClose: false }, "on a stream, a pipe that claims no half-close"],
  [{ resetCode: false }, "on a stream, the code of a reset reaches the peer"],
  [{ ping: false }, "a wire that claims no ping"],
  [{ drain: false }, "the other end learns of a drain"],
];

const OPTIONS = { name: "reference", limits: { unread: 128 * 1024 }, scale: 0.01, deadline: 400 };

describe("a fault in the session is noticed", () => {
  for (const [fault, name] of Object.entries(NOTICED) as [Fault, string][]) {
    test(`${fault}: by "${name}"`, async () => {
      await expectNoticed(name, FEATURES, new Set([fault]));
    });
  }
});

describe("a false claim in features is noticed", () => {
  for (const [claim, name] of LIES) {
    test(`${JSON.stringify(claim)}: by "${name}"`, async () => {
      await expectNoticed(name, { ...FEATURES, ...claim }, new Set());
    });
  }

  test('features that are not those of the setup: by "ready resolves at both ends"', async () => {
    const planned = planProvider({
      ...OPTIONS,
      features: { ...FEATURES, ping: false },
      pair: async () => ({ ...referencePair(), dispose: async () => {} }),
    });
    const one = planned.find(({ name }) => name.startsWith("ready resolves at both ends"));
    await expect(one?.run()).rejects.toThrow("features.ping");
  });
});

async function expectNoticed(name: string, features: Features, faults: ReadonlySet<Fault>): Promise<void> {
  // The reference does what FEATURES say; `features` is what it claims.
  const pair = async () => ({ ...referencePair(faults, features), dispose: async () => {} });
  await expectRed(planProvider({ ...OPTIONS, features, pair }), name);
}
