// The handler: sees the headers, replies, refuses, takes its time, throws.

import type { Decision, StreamHandler } from "streams-core";
import { check, equal, equalBytes, equalHeaders } from "../tools/assert.js";
import { bytes, pattern } from "../tools/bytes.js";
import { needsHeaders, type ProviderCase } from "./scene.js";

const theme = "deciding about streams";
const refused = { remote: true, retryable: true };

/** Ways for a handler to go wrong, each of which refuses. */
const FAULTY: Readonly<Record<string, StreamHandler>> = {
  throws: () => {
    throw new Error("a fault in the handler");
  },
  rejects: async () => {
    throw new Error("a fault in the handler");
  },
  "replies with an invalid header": () => ({ accept: true, headers: { "not a name": "x" } }),
};

export const deciding: readonly ProviderCase[] = [
  {
    theme,
    name: "the handler sees the opener's headers, and its reply is what opened gives",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const seen: string[] = [];
      const listener = accepter.listen((headers) => {
        seen.push(headers.get("question") ?? "none");
        return { accept: true, headers: { answer: "42" } };
      });
      const [near, far] = await t.connect(opener, listener, { question: "what" });
      equal((await t.within("opened", near.opened)).get("answer"), "42", "reply header");
      equal(seen.join(), "what", "headers that the handler saw");
      equal(far.headers.get("question"), "what", "headers of the accepted stream");
      equal(near.headers.get("question"), "what", "headers of the opener's own end");
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "a handler that decides nothing accepts",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const [near, far] = await t.connect(
        opener,
        accepter.listen(() => {}),
      );
      await t.within("opened", near.opened);
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "a handler that takes its time holds up no other stream, and loses nothing of its own",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const decision = later<Decision>();
      const listener = accepter.listen((headers) => (headers.get("pace") === "slow" ? decision.promise : undefined));
      const slow = await t.newStream(opener, { pace: "slow" });
      const sent = pattern(10_000);
      void slow.write(sent.slice());
      void slow.close();
      const [near, far] = await t.connect(opener, listener, { pace: "fast" });
      equal(far.headers.get("pace"), "fast", "the stream accepted first");
      await t.alive(near, far);
      decision.resolve({ accept: true, headers: { at: "last" } });
      const accepted = await t.accept(listener);
      equalBytes(await t.readAll(accepted), sent, "bytes sent before the decision");
      equal((await t.within("opened", slow.opened)).get("at"), "last", "reply header");
    },
  },
  {
    theme,
    name: "a refusal reaches the opener with its headers and code, and is safe to retry",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const headers = new Headers({ reason: "not today", "retry-after": "60" });
      let refusals = 1;
      const listener = accepter.listen(() => {
        refusals -= 1;
        return refusals >= 0 ? { accept: false, headers, code: 9 } : undefined;
      });
      const stream = await t.newStream(opener);
      const error = await t.rejects("opened", stream.opened, "ERR_REFUSED", refused);
      check(error.headers !== undefined, "the error must have the refusal's headers");
      equalHeaders(error.headers, headers, "headers of the refusal");
      if (t.features.resetCode) equal(error.resetCode, 9, "code of the refusal");
      await t.rejects("read", stream.read(), "ERR_REFUSED", refused);
      await t.rejects("write", stream.write(bytes("x")), "ERR_REFUSED", refused);
      await t.rejects("closed", stream.closed, "ERR_REFUSED", refused);
      stream.reset();
      const [near, far] = await t.connect(opener, listener);
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "what was written to a stream that is refused harms nothing, and the stream is not given out",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen((headers) => (headers.has("no") ? { accept: false } : undefined));
      const stream = await t.newStream(opener, { no: "thanks" });
      void stream.write(pattern(100_000));
      void stream.close();
      await t.rejects("opened", stream.opened, "ERR_REFUSED", refused);
      const [near, far] = await t.connect(opener, listener, { yes: "please" });
      check(far.headers.has("yes"), "the refused stream was given out");
      await t.alive(near, far);
    },
  },
  ...Object.entries(FAULTY).map(
    ([fault, handler]): ProviderCase => ({
      theme,
      name: `a handler that ${fault} refuses, and the session lives`,
      needs: needsHeaders,
      async run(t) {
        const { opener, accepter } = await t.session();
        const listener = accepter.listen((headers) => (headers.has("trap") ? handler(headers) : undefined));
        const stream = await t.newStream(opener, { trap: "1" });
        await t.rejects("opened", stream.opened, "ERR_REFUSED", refused);
        const [near, far] = await t.connect(opener, listener);
        await t.alive(near, far);
      },
    }),
  ),
  {
    theme,
    name: "a handler whose reply headers are too large refuses, and the session lives",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const large = { accept: true, headers: { large: "x".repeat(t.limits.headerBytes) } } as const;
      const listener = accepter.listen((headers) => (headers.has("large") ? large : undefined));
      const stream = await t.newStream(opener, { large: "1" });
      await t.rejects("opened", stream.opened, "ERR_REFUSED", refused);
      const [near, far] = await t.connect(opener, listener);
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "a stream that is reset while its handler decides harms no other",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const asked = later<void>();
      const decision = later<Decision>();
      const listener = accepter.listen((headers) => {
        if (!headers.has("wait")) return undefined;
        asked.resolve();
        return decision.promise;
      });
      const gone = await t.newStream(opener, { wait: "1" });
      await t.within("the handler to be asked", asked.promise);
      gone.reset();
      const first = await t.newStream(opener, { name: "first" });
      let far = await t.accept(listener);
      await t.alive(first, far);
      decision.resolve({ accept: true });
      const second = await t.newStream(opener, { name: "second" });
      do far = await t.accept(listener);
      while (far.headers.get("name") !== "second");
      await t.alive(second, far);
    },
  },
  {
    theme,
    name: "closing the listener refuses, retry-safe, the stream whose handler still decides",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const asked = later<void>();
      const decision = later<Decision>();
      const listener = accepter.listen(() => {
        asked.resolve();
        return decision.promise;
      });
      const stream = await t.newStream(opener);
      await t.within("the handler to be asked", asked.promise);
      await t.within("close() of the listener", listener.close());
      await t.rejects("opened", stream.opened, "ERR_REFUSED", refused);
      decision.resolve({ accept: true });
    },
  },
];

interface Later<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

function later<T>(): Later<T> {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve: (value) => resolve(value) };
}
