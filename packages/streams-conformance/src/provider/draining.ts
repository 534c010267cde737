// shutdown: no new streams, the open ones finish, then the session closes.

import type { Stream } from "streams-core";
import { isStreamsError } from "streams-core";
import { check, equal, equalBytes } from "../tools/assert.js";
import { bytes, pattern } from "../tools/bytes.js";
import { ACTORS, settled } from "./closing.js";
import { needsBoth, needsHeaders, type ProviderCase, type ProviderScene } from "./scene.js";

const theme = "draining";

export const draining: readonly ProviderCase[] = [
  ...ACTORS.map(
    (actor): ProviderCase => ({
      theme,
      name: `shutdown by the ${actor} lets open streams finish, then closes the session`,
      async run(t) {
        const session = await t.session();
        const [near, far] = await t.connect(session.opener, session.accepter.listen());
        await t.alive(near, far);
        const draining = session[actor].shutdown();
        await t.alive(near, far);
        await finish(t, near, far);
        await t.within("shutdown() to resolve", draining);
        for (const side of ACTORS) await t.within(`closed of the ${side}`, session[side].closed);
        if (actor === "accepter" && t.features.opens === "client") return;
        await t.rejects("newStream afterwards", session[actor].newStream(), "ERR_SESSION_CLOSED");
      },
    }),
  ),
  {
    theme,
    name: "shutdown of a session without streams closes both ends at once",
    async run(t) {
      const { opener, accepter } = await t.session();
      await t.within("shutdown() to resolve", opener.shutdown());
      await t.within("closed of both ends", Promise.all([opener.closed, accepter.closed]));
      await t.within("shutdown() again", settled(opener.shutdown()));
    },
  },
  {
    theme,
    name: "newStream on the end that drains rejects with ERR_SESSION_DRAINING, retryable",
    async run(t) {
      const { opener, accepter } = await t.session();
      const [near, far] = await t.connect(opener, accepter.listen());
      const draining = opener.shutdown();
      await t.rejects("newStream", opener.newStream(), "ERR_SESSION_DRAINING", { remote: false, retryable: true });
      await finish(t, near, far);
      await t.within("shutdown() to resolve", draining);
    },
  },
  {
    theme,
    name: "streams opened towards an end that drains fail, retry-safe, and are not given out",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const [near, far] = await t.connect(opener, listener);
      const draining = accepter.shutdown();
      await failsRetryable(t, opener.newStream());
      await t.alive(near, far);
      await finish(t, near, far);
      await t.within("shutdown() to resolve", draining);
      equal(await t.within("accept", listener.accept()), null, "accept");
    },
  },
  {
    theme,
    name: "the other end learns of a drain exactly where features.drain says so",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const [near, far] = await t.connect(opener, accepter.listen());
      const draining = accepter.shutdown();
      await t.alive(far, near);
      await failsRetryable(t, opener.newStream());
      const outcome = await t.within("newStream() to settle", opener.newStream().then(codeOfOpened, codeOf));
      const expected = t.features.drain ? "ERR_SESSION_DRAINING" : "ERR_REFUSED";
      equal(outcome, expected, "what a new stream fails with while the peer drains");
      await finish(t, near, far);
      await t.within("shutdown() to resolve", draining);
    },
  },
  {
    theme,
    name: "an aborted shutdown rejects with the signal's reason and leaves the session draining",
    async run(t) {
      const { opener, accepter } = await t.session();
      const [near, far] = await t.connect(opener, accepter.listen());
      const controller = new AbortController();
      const reason = { because: "it takes too long" };
      const draining = opener.shutdown({ signal: controller.signal });
      controller.abort(reason);
      await t.rejectsWith("the aborted shutdown", draining, reason);
      await t.rejects("newStream", opener.newStream(), "ERR_SESSION_DRAINING");
      await t.alive(near, far);
      await finish(t, near, far);
      await t.within("closed of both ends", Promise.all([opener.closed, accepter.closed]));
    },
  },
  {
    theme,
    name: "both ends may drain at the same time",
    symmetric: true,
    async run(t) {
      const { opener, accepter } = await t.session();
      const [near, far] = await t.connect(opener, accepter.listen());
      const both = Promise.all([opener.shutdown(), accepter.shutdown()]);
      await t.alive(near, far);
      await finish(t, near, far);
      await t.within("both shutdowns", both);
      await t.within("closed of both ends", Promise.all([opener.closed, accepter.closed]));
    },
  },
  {
    theme,
    name: "close while draining ends the session now",
    async run(t) {
      const { opener, accepter } = await t.session();
      const [near, far] = await t.connect(opener, accepter.listen());
      const draining = opener.shutdown();
      await t.alive(near, far);
      await t.within("close()", opener.close());
      await t.within("shutdown() to settle", settled(draining));
      await t.rejects("closed of the stream", near.closed, "ERR_SESSION_CLOSED", { remote: false });
      await t.rejects("closed of the stream at the peer", far.closed, "ERR_SESSION_CLOSED", { remote: true });
    },
  },
  {
    theme,
    name: "streams that were written and closed before shutdown arrive whole",
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const pipes: [Stream, Stream][] = [];
      for (let i = 0; i < 20; i += 1) pipes.push(await t.connect(opener, listener));
      const sent = pattern(20_000);
      for (const [near] of pipes) {
        void near.write(sent.slice());
        void near.close();
      }
      const draining = opener.shutdown();
      for (const [near, far] of pipes) {
        equalBytes(await t.readAll(far), sent, "bytes received");
        await t.close(far);
        await t.ended(near);
      }
      await t.within("shutdown() to resolve", draining);
      await t.within("closed of both ends", Promise.all([opener.closed, accepter.closed]));
    },
  },
  {
    theme,
    name: "a stream that its handler accepted and nobody took yet is finished by a drain, not lost",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen(() => ({ accept: true }));
      const near = await t.newStream(opener);
      await t.within("opened", near.opened);
      const draining = accepter.shutdown();
      const far = await t.accept(listener);
      await t.alive(near, far);
      await finish(t, near, far);
      await t.within("shutdown() to resolve", draining);
      equal(await t.within("accept", listener.accept()), null, "accept");
    },
  },
  {
    theme,
    name: "a drain waits for streams of both openers",
    needs: needsBoth,
    symmetric: true,
    async run(t) {
      const { opener, accepter } = await t.session();
      const one = await t.connect(opener, accepter.listen());
      const other = await t.connect(accepter, opener.listen());
      const draining = opener.shutdown();
      await finish(t, ...one);
      await t.alive(...other);
      await finish(t, ...other);
      await t.within("shutdown() to resolve", draining);
    },
  },
];

/** Both ends close and read the end. */
async function finish(t: ProviderScene, near: Stream, far: Stream): Promise<void> {
  void near.close();
  await t.ended(far);
  await t.close(far);
  await t.ended(near);
}

/** The peer drains: either this end knows it, or it learns of it by the refusal. */
async function failsRetryable(t: ProviderScene, opening: Promise<Stream>): Promise<void> {
  const codes = ["ERR_SESSION_DRAINING", "ERR_REFUSED"] as const;
  const outcome = opening.then(async (stream) => {
    void stream.write(bytes("too late"));
    await stream.opened;
  });
  const error = await t.rejects("a stream opened towards an end that drains", outcome, codes);
  check(error.retryable, `${error.code} of a stream that the draining end never took must be retryable`);
}

function codeOfOpened(stream: Stream): Promise<string> {
  return stream.opened.then(() => "nothing", codeOf);
}

function codeOf(error: unknown): string {
  return isStreamsError(error) ? error.code : String(error);
}
