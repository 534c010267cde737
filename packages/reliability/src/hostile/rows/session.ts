// Sessions that never begin, and sessions that are closed while they work.

import assert from "node:assert/strict";
import { isStreamsError } from "streams-core";
import { errorOf, turn } from "../peer.js";
import type { Site } from "../site.js";
import { echoes, type Row } from "./row.js";

/** A peer that says the start of its preface, a byte every so often, is given up all the same. */
async function neverBegins(site: Site, said: Uint8Array): Promise<void> {
  const peer = site.peer({ greets: false });
  const stream = peer.session.newStream();
  if (said.byteLength > 0) await peer.send(said);
  await site.pass(10_500, 500);
  assert.equal(peer.session.stats().streamsOpen, 1);
  await site.pass(1000, 500);
  const error = await errorOf(peer.session.ready);
  assert.equal(error.code, "ERR_TIMEOUT");
  assert.equal(error.remote, true);
  assert.equal((await errorOf((await stream).read())).code, "ERR_TIMEOUT");
  await site.pass(1000);
  assert.equal((await errorOf(peer.session.newStream())).code, "ERR_TIMEOUT");
}

export const sessions: readonly Row[] = [
  {
    row: "33",
    does: "a peer that connects and says nothing is given up",
    run: (site) => neverBegins(site, new Uint8Array(0)),
  },
  {
    row: "33",
    does: "a peer that says half a preface is given up",
    run(site) {
      const preface = site.codec.preface("client");
      return neverBegins(site, preface.subarray(0, preface.byteLength >> 1));
    },
  },
  {
    row: "33",
    does: "a peer that says its preface a byte a second is given up all the same",
    async run(site) {
      const peer = site.peer({ greets: false });
      const preface = site.codec.preface("client");
      for (let i = 0; i < 12; i += 1) {
        peer.say(preface.subarray(i, i + 1));
        await site.pass(1000, 250);
      }
      assert.equal((await peer.failure()).code, "ERR_TIMEOUT");
    },
  },
  {
    row: "45",
    does: "a server that shuts down under load lets its streams finish, and what is left at its deadline is reset",
    async run(site) {
      const { client, server } = site.pair();
      echoes(server);
      const outcomes: Promise<string>[] = [];
      for (let i = 0; i < 100; i += 1) {
        const stream = await client.newStream();
        void stream.write(new Uint8Array(1000));
        // Every fourth never ends.
        if (i % 4 !== 0) void stream.close();
        outcomes.push(
          stream.closed.then(
            () => "finished",
            (error: unknown) => (isStreamsError(error) ? error.code : String(error)),
          ),
        );
        void (async () => {
          for await (const _ of stream);
        })().catch(() => {});
      }
      await turn();
      const deadline = new AbortController();
      const done = server.shutdown({ signal: deadline.signal });
      for (let i = 0; i < 50; i += 1) await turn();
      assert.equal(server.stats().streamsOpen, 25);
      deadline.abort(new Error("the deadline"));
      await assert.rejects(done, /the deadline/);
      await server.close();
      const counts = new Map<string, number>();
      for (const outcome of await Promise.all(outcomes)) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      assert.deepEqual([...counts].sort(), [
        [site.codec.whenClosed ?? "ERR_SESSION_CLOSED", 25],
        ["finished", 75],
      ]);
    },
  },
];
