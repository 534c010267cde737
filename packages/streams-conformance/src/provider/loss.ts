// A connection that breaks is ERR_TRANSPORT_LOST for every stream, never a clean end.

import { check, checkPrefix, equal } from "../tools/assert.js";
import { concat, pattern } from "../tools/bytes.js";
import { ACTORS, settled, takeAll } from "./closing.js";
import type { ProviderCase } from "./scene.js";
import { checkEnded, everyState } from "./states.js";

const theme = "loss of the connection";

export const loss: readonly ProviderCase[] = [
  {
    theme,
    name: "streams in every state end with ERR_TRANSPORT_LOST at both ends, and finished ones stay finished",
    patience: 8,
    async run(t) {
      const session = await t.session();
      const states = await everyState(t, session);
      const waiting = session.opener.listen().accept();
      session.cut();
      for (const side of ACTORS) {
        await checkEnded(t, states[side], { code: "ERR_TRANSPORT_LOST" });
        await t.rejects(`closed of the ${side}`, session[side].closed, "ERR_TRANSPORT_LOST");
        equal(session[side].stats().streamsOpen, 0, `open streams of the ${side}`);
      }
      equal(await t.within("the accept that waited", waiting), null, "accept");
      await t.within("accept to give null", takeAll(states.listener));
      await t.rejects("newStream", session.opener.newStream(), "ERR_TRANSPORT_LOST", { retryable: true });
      for (const side of ACTORS) {
        await t.within("close() to settle", settled(session[side].close()));
        await t.within("shutdown() to settle", settled(session[side].shutdown()));
      }
    },
  },
  {
    theme,
    name: "a transfer that is cut gives a prefix, and no end unless everything arrived",
    async run(t) {
      const { opener, accepter, cut } = await t.session();
      const [near, far] = await t.connect(opener, accepter.listen());
      const sent = pattern(2 * 1024 * 1024);
      for (let at = 0; at < sent.byteLength; at += 65_536) void near.write(sent.slice(at, at + 65_536));
      void near.close();
      const first = await t.read(far);
      check(first !== null, "the stream ended before it was cut");
      cut();
      const { bytes: rest, clean, error } = await t.drain(far);
      const received = concat([first, rest]);
      checkPrefix(received, sent, "bytes read");
      if (clean) equal(received.byteLength, sent.byteLength, "bytes before a clean end");
      else await t.rejects("the read", Promise.reject(error), "ERR_TRANSPORT_LOST");
    },
  },
  {
    theme,
    name: "a ping and a shutdown that wait settle",
    async run(t) {
      const { opener, accepter, cut } = await t.session();
      const [near] = await t.connect(opener, accepter.listen());
      const draining = opener.shutdown();
      const ping = opener.ping();
      cut();
      await t.within("the ping to settle", settled(ping));
      await t.rejects("the shutdown that waited", draining, "ERR_TRANSPORT_LOST");
      await t.rejects("closed of the stream", near.closed, "ERR_TRANSPORT_LOST");
    },
  },
  {
    theme,
    name: "a session without streams notices as well",
    async run(t) {
      const { opener, accepter, cut } = await t.session();
      cut();
      for (const end of [opener, accepter]) await t.within("closed to settle", settled(end.closed));
      await t.rejects("newStream", opener.newStream(), ["ERR_TRANSPORT_LOST", "ERR_SESSION_CLOSED"]);
    },
  },
];
