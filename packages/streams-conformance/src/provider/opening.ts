// newStream: does not wait for the peer, and what it sends at once arrives.

import type { Listener, Stream, StreamProvider } from "streams-core";
import { check, equal, equalBytes } from "../tools/assert.js";
import { bytes, pattern, text } from "../tools/bytes.js";
import { turn } from "../tools/time.js";
import { needsBoth, type ProviderCase, type ProviderScene } from "./scene.js";

const theme = "opening streams";

export const opening: readonly ProviderCase[] = [
  {
    theme,
    name: "newStream does not wait for the peer, and streams that come before listen wait with what they sent",
    async run(t) {
      const { opener, accepter } = await t.session();
      const streams: Stream[] = [];
      for (let i = 0; i < 10; i += 1) {
        const stream = await t.newStream(opener);
        void stream.write(bytes(`stream ${i}`));
        void stream.close();
        streams.push(stream);
      }
      await arrival(t, opener);
      const listener = accepter.listen();
      const seen = new Set<string>();
      for (const _ of streams) seen.add(text(await t.readAll(await t.accept(listener))));
      for (let i = 0; i < 10; i += 1) check(seen.has(`stream ${i}`), `stream ${i} must arrive`);
    },
  },
  {
    theme,
    name: "open, bytes and half-close issued at once arrive as one stream",
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const sent = pattern(5000);
      const opened = opener.newStream().then((stream) => {
        void stream.write(sent.slice());
        void stream.close();
        return stream;
      });
      const far = await t.accept(listener);
      equalBytes(await t.readAll(far), sent, "bytes received");
      const near = await t.within("newStream()", opened);
      await t.within("opened", near.opened);
      await t.close(far);
      await t.ended(near);
      await t.within("closed of both ends", Promise.all([near.closed, far.closed]));
    },
  },
  {
    theme,
    name: "ids are unique within each end of a session",
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const here = new Set<string>();
      const there = new Set<string>();
      for (let i = 0; i < 20; i += 1) {
        const [near, far] = await t.connect(opener, listener);
        check(near.id.length > 0 && far.id.length > 0, "an id must not be empty");
        here.add(near.id);
        there.add(far.id);
      }
      equal(here.size, 20, "different ids at the opener");
      equal(there.size, 20, "different ids at the accepter");
    },
  },
  {
    theme,
    name: "newStream with a signal that has fired rejects with its reason and opens nothing",
    async run(t) {
      const { opener, accepter } = await t.session();
      const reason = new Error("no stream, please");
      const aborted = opener.newStream(undefined, { signal: AbortSignal.abort(reason) });
      await t.rejectsWith("an aborted newStream", aborted, reason);
      const [near, far] = await t.connect(opener, accepter.listen());
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "a signal that fires after newStream resolved leaves the stream alone",
    async run(t) {
      const { opener, accepter } = await t.session();
      const controller = new AbortController();
      const [near, far] = await t.connect(opener, accepter.listen(), undefined, { signal: controller.signal });
      controller.abort(new Error("too late"));
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "a stream that is reset before anybody accepted it harms no other",
    async run(t) {
      const { opener, accepter } = await t.session();
      const gone = await t.newStream(opener);
      void gone.write(bytes("gone"));
      gone.reset();
      const near = await t.newStream(opener);
      await t.write(near, bytes("here"));
      const listener = accepter.listen();
      const far = await acceptWith(t, listener, "here");
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "streams opened from both ends at once do not meet",
    needs: needsBoth,
    symmetric: true,
    async run(t) {
      const { opener, accepter } = await t.session();
      const count = 30;
      const work = [opener, accepter].flatMap((end, side) => {
        const other = end === opener ? accepter : opener;
        const serving = echoStreams(other.listen(), count);
        const asking = Array.from({ length: count }, async (_, i) => {
          const stream = await t.newStream(end);
          const sent = bytes(`end ${side} stream ${i}`);
          void stream.write(sent.slice());
          equalBytes(await t.readExactly(stream, sent.byteLength), sent, `echo on stream ${i} of end ${side}`);
        });
        return [serving, ...asking];
      });
      await t.within("all echoes", Promise.all(work));
    },
  },
  {
    theme,
    name: "several sessions at once keep their streams apart",
    symmetric: true,
    async run(t) {
      const sessions = await Promise.all(Array.from({ length: 4 }, () => t.session()));
      const pipes = await Promise.all(sessions.map(({ opener, accepter }) => t.connect(opener, accepter.listen())));
      await Promise.all(
        pipes.map(async ([near, far], i) => {
          const sent = pattern(50_000, i + 1);
          void near.write(sent.slice());
          equalBytes(await t.readExactly(far, sent.byteLength), sent, `bytes of session ${i}`);
        }),
      );
    },
  },
];

/** What was sent before has arrived, where a ping can tell; otherwise it most probably has. */
async function arrival(t: ProviderScene, session: StreamProvider): Promise<void> {
  if (t.features.ping) await t.within("a ping", session.ping());
  else await turn(20);
}

/** The stream that begins with this text: those that were reset meanwhile may be given out before it. */
async function acceptWith(t: ProviderScene, listener: Listener, start: string): Promise<Stream> {
  for (;;) {
    const stream = await t.accept(listener);
    const first = await stream.read().catch(() => null);
    if (first !== null && text(first) === start) return stream;
  }
}

async function echoStreams(listener: Listener, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const stream = await listener.accept();
    check(stream !== null, "accept gave null where a stream was expected");
    const first = await stream.read();
    check(first !== null, "the stream ended before its first bytes");
    void stream.write(first);
  }
}
