// Sessions that are idle, closed or of the other version.

import { strictEqual as equal, ok, rejects } from "node:assert";
import { setTimeout as passed } from "node:timers/promises";
import { type SmuxOptions, type SmuxVersion, smux } from "mux-smux";
import { isStreamsError } from "streams-core";
import { readAll } from "../../bytes.js";
import { linked } from "../../common/link.js";
import type { Case } from "../../original.js";
import { within } from "../../within.js";
import { exchange } from "./transfers.js";
import type { GoConfig } from "./wire.js";

const MS = 1_000_000;
/** Of the original, in nanoseconds. */
const quick = { KeepAliveInterval: 500 * MS, KeepAliveTimeout: 2000 * MS };
const IDLE = 6500;
const SOON = 5000;

export function life(version: SmuxVersion): readonly Case[] {
  const config: GoConfig = { Version: version, ...quick };
  const mux = (options: SmuxOptions) => smux({ version, signTimeout: 100, ...options });
  return [
    {
      name: "an idle session lives for three of the peer's timeouts, as long as NOPs go both ways",
      async run(t) {
        const pair = await t.start({
          config,
          mux: mux({ nopInterval: 500, keepaliveInterval: 1500, keepaliveTimeout: 1000 }),
        });
        await exchange(await linked(t, pair, "us"), 1);
        await passed(IDLE);
        await exchange(await linked(t, pair, "peer"), 1);
      },
    },
    {
      name: "a peer that hears no NOP ends the session: nopInterval must be less than its KeepAliveTimeout",
      async run(t) {
        const { session } = await t.start({ config, mux: mux({ nopInterval: 60_000 }) });
        equal((await within(session.closed, SOON, "the peer to give up")).remote, true);
        t.record("it ends the connection after up to two of its KeepAliveTimeout, and says nothing");
      },
    },
    {
      name: "a peer whose NOPs stop is given up with ERR_TIMEOUT",
      async run(t) {
        const silent = { ...config, KeepAliveDisabled: true };
        const pair = await t.start({ config: silent, mux: mux({ keepaliveInterval: 500, keepaliveTimeout: 500 }) });
        const { ours } = await linked(t, pair, "us");
        await rejects(within(pair.session.closed, SOON, "us to give up"), (error) =>
          isStreamsError(error, "ERR_TIMEOUT"),
        );
        equal((await readAll(ours)).end, false);
      },
    },
    {
      name: "we do not give up a peer while we read no more because nobody reads here",
      async run(t) {
        const pair = await t.start({
          config,
          mux: mux({ nopInterval: 500, keepaliveInterval: 700, keepaliveTimeout: 700 }),
        });
        const { ours, theirs } = await linked(t, pair, "us");
        const writing = theirs.write(12 * 1024 * 1024, 1);
        await passed(IDLE);
        equal((await readAll(ours, 12 * 1024 * 1024)).length, 12 * 1024 * 1024);
        equal((await writing).error, undefined);
      },
    },
    {
      name: "a peer of the other version is told apart at its first byte",
      async run(t) {
        const other: GoConfig = { Version: version === 1 ? 2 : 1 };
        const { session, peer } = await t.start({ config: other, mux: mux({ signTimeout: 50 }) });
        peer.open().catch(() => {});
        await rejects(within(session.closed, SOON, "our session to fail"), (error) => {
          ok(isStreamsError(error, "ERR_WRONG_PROTOCOL"));
          ok(error.message.includes(`version ${version === 1 ? 2 : 1} of smux`), error.message);
          return true;
        });
        t.record(
          "it stops reading at our first frame and keeps the connection until its KeepAliveTimeout; we end it at once",
        );
      },
    },
    {
      name: "our close ends the peer's session, and its streams with it",
      async run(t) {
        const pair = await t.start();
        const { theirs } = await linked(t, pair, "us");
        const accepting = pair.peer.accept();
        const reading = theirs.read();
        await pair.session.close();
        await rejects(within(accepting, SOON, "the peer's session to end"));
        ok((await within(reading, SOON, "the peer's stream to end")).end);
        t.record("its readers take the end of the connection for a clean end: what matters must say how long it is");
      },
    },
    {
      name: "the peer's Close of the session is a clean end without streams, and a loss with them",
      async run(t) {
        const busy = await t.start();
        await linked(t, busy, "us");
        await busy.peer.close();
        const isLoss = (error: unknown) => isStreamsError(error, "ERR_TRANSPORT_LOST");
        await rejects(within(busy.session.closed, SOON, "the loss"), isLoss);
        const bare = await t.start();
        await bare.peer.close();
        equal((await within(bare.session.closed, SOON, "the end")).remote, true);
      },
    },
  ];
}
