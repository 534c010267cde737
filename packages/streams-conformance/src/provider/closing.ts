// close of a session: now, for every stream, at both ends.

import { check, equal } from "../tools/assert.js";
import { turn } from "../tools/time.js";
import type { ProviderCase, Session } from "./scene.js";
import { checkEnded, everyState } from "./states.js";

const theme = "closing the session";

/** Which end does it. */
export type Actor = "opener" | "accepter";
export const ACTORS: readonly Actor[] = ["opener", "accepter"];

export const closing: readonly ProviderCase[] = [
  ...ACTORS.map(
    (actor): ProviderCase => ({
      theme,
      name: `close by the ${actor} ends streams in every state with ERR_SESSION_CLOSED, and remote tells who did it`,
      patience: 8,
      async run(t) {
        const session = await t.session();
        const states = await everyState(t, session);
        const waiting = session.opener.listen().accept();
        await t.within("close()", session[actor].close({ code: 1, reason: "enough" }));
        for (const side of ACTORS) {
          const remote = side !== actor;
          await checkEnded(t, states[side], { code: "ERR_SESSION_CLOSED", remote });
          const info = await t.within(`closed of the ${side}`, session[side].closed);
          equal(info.remote, remote, `remote in closed of the ${side}`);
        }
        const info = await session[actor].closed;
        equal(info.code, 1, "code that was given");
        equal(info.reason, "enough", "reason that was given");
        equal(await t.within("the accept that waited", waiting), null, "accept");
        await t.within("accept to give null", takeAll(states.listener));
      },
    }),
  ),
  {
    theme,
    name: "after the session was closed, every operation of both ends says so",
    async run(t) {
      const session = await t.session();
      await t.within("close()", session.opener.close());
      for (const side of ACTORS) {
        const end = session[side];
        await t.within(`closed of the ${side}`, end.closed);
        const details = { remote: side === "accepter" };
        if (side === "opener" || t.features.opens === "both") {
          await t.rejects("newStream", end.newStream(), "ERR_SESSION_CLOSED", { ...details, retryable: true });
        }
        await t.rejects("ping", end.ping(), t.features.ping ? "ERR_SESSION_CLOSED" : "ERR_UNSUPPORTED");
        equal(await t.within("accept", end.listen().accept()), null, "accept");
        equal(end.stats().streamsOpen, 0, "open streams");
        await t.within("closing again", end.close());
        await t.within("shutdown() to settle", settled(end.shutdown()));
      }
    },
  },
  {
    theme,
    name: "disposing a session closes it",
    symmetric: true,
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const [near, far] = await t.connect(opener, listener);
      await t.within("disposing", Promise.resolve(opener[Symbol.asyncDispose]()));
      equal((await t.within("closed", opener.closed)).remote, false, "remote in closed");
      equal((await t.within("closed of the peer", accepter.closed)).remote, true, "remote in closed of the peer");
      await t.rejects("closed of a stream", near.closed, "ERR_SESSION_CLOSED", { remote: false });
      await t.rejects("closed of a stream at the peer", far.closed, "ERR_SESSION_CLOSED", { remote: true });
    },
  },
  {
    theme,
    name: "both ends may close at the same time",
    symmetric: true,
    async run(t) {
      const { opener, accepter } = await t.session();
      await t.within("both closes", Promise.all([opener.close(), accepter.close()]));
      await t.within("closed of both ends", Promise.all([opener.closed, accepter.closed]));
    },
  },
  {
    theme,
    name: "no ignored promise of a session raises an unhandled rejection",
    symmetric: true,
    async run(t) {
      const session = await t.session();
      await ignoreEverything(session);
      void session.opener.close();
      await t.within("closed", settled(session.accepter.closed));
      await ignoreEverything(session);
    },
  },
  {
    theme,
    name: "a sibling session is unharmed by a close and by a loss",
    async run(t) {
      const [closed, cut, sibling] = await Promise.all([t.session(), t.session(), t.session()]);
      const [near, far] = await t.connect(sibling.opener, sibling.accepter.listen());
      await t.within("close()", closed.opener.close());
      cut.cut();
      await t.within("the loss", settled(cut.accepter.closed));
      await t.alive(near, far);
    },
  },
];

/** Settles when `work` does, either way. */
export function settled(work: Promise<unknown>): Promise<void> {
  return work.then(
    () => {},
    () => {},
  );
}

/** Streams that arrived and nobody took may still be given out, then null must be. */
export async function takeAll(listener: { accept(): Promise<unknown> }): Promise<void> {
  for (let given = 0; (await listener.accept()) !== null; given += 1) check(given < 1000, "accept never gives null");
}

async function ignoreEverything({ opener, accepter }: Session): Promise<void> {
  const signal = AbortSignal.abort(new Error("ignored"));
  for (const end of [opener, accepter]) {
    void end.ready;
    void end.closed;
    void end.newStream(undefined, { signal });
    void end.newStream({ "not a name": "x" });
    void end.newStream({ large: "x".repeat(1_000_000) });
    void end.ping();
    void end.ping({ signal });
    void end.shutdown({ signal });
    const listener = end.listen();
    void listener.accept();
    void listener.accept({ signal });
    void listener.close();
    void end.newStream().then(
      (stream) => void stream.opened,
      () => {},
    );
  }
  await turn();
}
