// What a session tells of itself: its features, its statistics, its round trip; and what signals leave behind on it.

import type { Features, Stream } from "streams-core";
import { check, equal, equalBytes } from "../tools/assert.js";
import { pattern } from "../tools/bytes.js";
import { countingSignal } from "../tools/signals.js";
import type { ProviderCase } from "./scene.js";

const theme = "observing";

export const observing: readonly ProviderCase[] = [
  {
    theme,
    name: "ready resolves at both ends, and features are what the setup says",
    symmetric: true,
    async run(t) {
      const { opener, accepter } = await t.session();
      for (const end of [opener, accepter]) {
        await t.within("ready", end.ready);
        for (const name of FEATURES) equal(end.features[name], t.features[name], `features.${name}`);
      }
    },
  },
  {
    theme,
    name: "a server that claims not to open streams says so",
    needs: ({ opens }) => (opens === "client" ? undefined : "features.opens says that both ends open streams"),
    symmetric: true,
    async run(t) {
      const { accepter } = await t.session();
      await t.rejects("newStream of the server", accepter.newStream(), "ERR_UNSUPPORTED");
    },
  },
  {
    theme,
    name: "statistics count streams and bytes, and list the streams that are open",
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const size = 10_000;
      const pipes = [await t.connect(opener, listener), await t.connect(opener, listener)] as const;
      for (const [near, far] of pipes) {
        void near.write(pattern(size));
        equalBytes(await t.readExactly(far, size), pattern(size), "bytes received");
      }
      const [here, there] = [opener.stats(), accepter.stats()];
      equal(here.streamsOpened, 2, "streams opened by the opener");
      equal(here.streamsAccepted, 0, "streams accepted by the opener");
      equal(there.streamsOpened, 0, "streams opened by the accepter");
      equal(there.streamsAccepted, 2, "streams accepted by the accepter");
      for (const [stats, end] of [
        [here, 0],
        [there, 1],
      ] as const) {
        equal(stats.streamsOpen, 2, "open streams");
        const listed = new Set([...stats.streams()].map((one) => one.id));
        for (const pipe of pipes) check(listed.has(pipe[end].id), `stream ${pipe[end].id} must be listed`);
        equal(listed.size, 2, "listed streams");
      }
      check(here.bytesOut >= 2 * size, `bytesOut of the opener is ${here.bytesOut} after ${2 * size} bytes`);
      check(there.bytesIn >= 2 * size, `bytesIn of the accepter is ${there.bytesIn} after ${2 * size} bytes`);
      check(here.bytesIn < 2 * size, `bytesIn of the opener is ${here.bytesIn} though nothing was sent to it`);
      for (const [near, far] of pipes) {
        near.reset();
        await t.drain(far);
      }
      for (const end of [opener, accepter]) {
        await t.until("no stream to be open", () => end.stats().streamsOpen === 0);
      }
      equal(opener.stats().streamsOpened, 2, "streams opened, after they ended");
      equal(accepter.stats().streamsAccepted, 2, "streams accepted, after they ended");
    },
  },
  {
    theme,
    name: "what waits unread and unsent is told of each stream",
    async run(t) {
      const { opener, accepter } = await t.session();
      const [near, far] = await t.connect(opener, accepter.listen());
      void near.write(pattern(1000));
      await t.until("1,000 bytes to be told unread, unsent or arrived", () => {
        const there = [...accepter.stats().streams()].find((one) => one.id === far.id);
        return there !== undefined && there.unread <= 1000;
      });
      await t.readExactly(far, 1000);
      const [there] = accepter.stats().streams();
      equal(there?.unread, 0, "unread bytes after all were read");
      await t.until("nothing to be unsent", () => [...opener.stats().streams()][0]?.unsent === 0);
    },
  },
  {
    theme,
    name: "ping gives a round trip in milliseconds, which statistics keep",
    needs: ({ ping }) => (ping ? undefined : "it cannot measure a round trip (features.ping)"),
    async run(t) {
      const { opener } = await t.session();
      const begin = performance.now();
      const rounds: number[] = [];
      for (let i = 0; i < 5; i += 1) rounds.push(await t.within("a ping", opener.ping()));
      const elapsed = performance.now() - begin;
      const total = rounds.reduce((sum, one) => sum + one, 0);
      check(total > 0 && total <= elapsed + 5, `five pings gave ${total} ms within ${elapsed} ms`);
      check(typeof opener.stats().roundTrip === "number", "stats().roundTrip must be known after a ping");
      const reason = new Error("no ping");
      await t.rejectsWith("an aborted ping", opener.ping({ signal: AbortSignal.abort(reason) }), reason);
      await t.within("pings side by side", Promise.all([opener.ping(), opener.ping(), opener.ping()]));
    },
  },
  {
    theme,
    name: "a wire that claims no ping says so",
    needs: ({ ping }) => (ping ? "features.ping is true" : undefined),
    async run(t) {
      const { opener } = await t.session();
      await t.rejects("ping", opener.ping(), "ERR_UNSUPPORTED");
    },
  },
  {
    theme,
    name: "every wire takes a priority",
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      for (const urgency of [0, 3, 7] as const) {
        const options = { priority: { urgency, incremental: true } };
        const [near, far] = await t.connect(opener, listener, undefined, options);
        await t.alive(near, far);
      }
    },
  },
  {
    theme,
    name: "what is urgent is sent before what is not",
    needs: ({ priority }) => (priority ? undefined : "it does not order what it sends (features.priority)"),
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const size = 32 * 1024;
      const [later, laterFar] = await t.connect(opener, listener, undefined, { priority: { urgency: 7 } });
      const [urgent, urgentFar] = await t.connect(opener, listener, undefined, { priority: { urgency: 0 } });
      const order: string[] = [];
      // The first bytes tell: how many pieces the rest is read in says nothing about the sender.
      const reading = async (name: string, far: Stream): Promise<void> => {
        const first = await t.within(`bytes of what is ${name}`, far.read());
        order.push(name);
        await t.readExactly(far, size - (first?.byteLength ?? 0));
      };
      const readings = [reading("later", laterFar), reading("urgent", urgentFar)];
      void later.write(pattern(size));
      void urgent.write(pattern(size));
      await Promise.all(readings);
      equal(order.join(), "urgent,later", "order of arrival");
    },
  },
  {
    theme,
    name: "a hundred uses of one signal leave no listener on it",
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const { signal, listeners, abort } = countingSignal();
      for (let i = 0; i < 100; i += 1) {
        const accepting = listener.accept({ signal });
        const near = await t.within("newStream()", opener.newStream(undefined, { signal }));
        const far = await t.within("accept()", accepting);
        check(far !== null, "accept gave null where a stream was expected");
        if (t.features.ping) await t.within("a ping", opener.ping({ signal }));
        void near.close({ signal });
        await t.ended(far);
        await t.within("close()", far.close({ signal }));
        await t.ended(near);
      }
      await t.until("all listeners to be removed", () => listeners() === 0);
      abort(new Error("nobody waits for this"));
      const [near, far] = await t.connect(opener, listener);
      await t.alive(near, far);
      equal(listeners(), 0, "listeners on the signal");
    },
  },
];

const FEATURES: readonly (keyof Features)[] = [
  "headers",
  "opens",
  "flowControl",
  "halfClose",
  "resetCode",
  "ping",
  "priority",
  "drain",
];
