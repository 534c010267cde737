// listen and accept: one listener at a time, nothing lost by an abort, and refusals that are safe to retry.

import { check, equal } from "../tools/assert.js";
import { bytes, text } from "../tools/bytes.js";
import { needsHeaders, type ProviderCase } from "./scene.js";

const theme = "accepting streams";

export const accepting: readonly ProviderCase[] = [
  {
    theme,
    name: "opened resolves once the stream is accepted",
    async run(t) {
      const { opener, accepter } = await t.session();
      const [near, far] = await t.connect(opener, accepter.listen());
      await t.alive(near, far);
      const reply = await t.within("opened of the opener's end", near.opened);
      equal([...reply].length, 0, "fields of a reply without headers");
    },
  },
  {
    theme,
    name: "an aborted accept rejects with the signal's reason and loses no stream",
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const controller = new AbortController();
      const reason = { because: "nobody came" };
      const aborted = listener.accept({ signal: controller.signal });
      controller.abort(reason);
      await t.rejectsWith("an aborted accept", aborted, reason);
      await t.rejectsWith("an accept with a fired signal", listener.accept({ signal: controller.signal }), reason);
      const [near, far] = await t.connect(opener, listener);
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "several accepts may wait at once, and each gets a stream of its own",
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const waiting = Promise.all([listener.accept(), listener.accept(), listener.accept()]);
      for (const name of ["a", "b", "c"]) await t.write(await t.newStream(opener), bytes(name));
      const streams = await t.within("three streams", waiting);
      const names = new Set<string>();
      for (const stream of streams) {
        check(stream !== null, "accept gave null where a stream was expected");
        names.add(text(await t.readExactly(stream, 1)));
      }
      equal(names.size, 3, "different streams");
    },
  },
  {
    theme,
    name: "for await over a listener gives its streams, and leaving the loop leaves it open",
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const near = await t.newStream(opener);
      const loop = (async () => {
        for await (const far of listener) return far;
        return null;
      })();
      const far = await t.within("the first stream of the loop", loop);
      check(far !== null, "the loop ended without a stream");
      await t.alive(near, far);
      const [next, accepted] = await t.connect(opener, listener);
      await t.alive(next, accepted);
    },
  },
  {
    theme,
    name: "listening twice throws ERR_LISTENING, and listening again after close works",
    async run(t) {
      const { opener, accepter } = await t.session();
      const first = accepter.listen();
      const again = (async () => accepter.listen())();
      await t.rejects("a second listen", again, "ERR_LISTENING", { remote: false });
      await t.within("close() of the listener", first.close());
      const [near, far] = await t.connect(opener, accepter.listen());
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "a closed listener gives null to the accept that waits and to every later one",
    async run(t) {
      const { accepter } = await t.session();
      const listener = accepter.listen();
      const waiting = listener.accept();
      await t.within("close() of the listener", listener.close());
      equal(await t.within("the accept that waited", waiting), null, "accept");
      equal(await t.within("a later accept", listener.accept()), null, "accept");
      await t.within("closing again", listener.close());
    },
  },
  {
    theme,
    name: "closing the listener refuses, retry-safe, what nobody took and what comes later; open streams live",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const [near, far] = await t.connect(opener, listener);
      const untaken = await t.newStream(opener);
      await t.within("close() of the listener", listener.close());
      const later = await t.newStream(opener);
      for (const stream of [untaken, later]) {
        const refused = { remote: true, retryable: true };
        await t.rejects("opened", stream.opened, "ERR_REFUSED", refused);
        await t.rejects("read", stream.read(), "ERR_REFUSED", refused);
        await t.rejects("write", stream.write(bytes("x")), "ERR_REFUSED", refused);
        await t.rejects("closed", stream.closed, "ERR_REFUSED", refused);
      }
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "disposing the listener closes it and leaves its streams open",
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const [near, far] = await t.connect(opener, listener);
      await t.within("disposing", Promise.resolve(listener[Symbol.asyncDispose]()));
      equal(await t.within("accept after disposing", listener.accept()), null, "accept");
      await t.alive(near, far);
    },
  },
];
