import type { StreamProvider } from "streams-core";
import { READY } from "streams-core/kit";
import { afterEach, describe, expect, test } from "vitest";
import { bytes, CONNS, connected, end, failure, next, type Pair, pair, text } from "./pairs.js";

/** What was written has left, and the peer has answered since. */
async function sent(end: StreamProvider, writing: Promise<void>): Promise<void> {
  await writing;
  do await end.ping();
  while ([...end.stats().streams()].some(({ unsent }) => unsent > 0));
  await end.ping();
}

const open: Pair[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await end(one);
});

describe.each(["memory", "tcp"] as const)("streams over %s", (over) => {
  const sessions = async (opener: "client" | "server") => {
    const made = await pair(CONNS[over]);
    open.push(made);
    return opener === "client" ? ([made.client, made.server] as const) : ([made.server, made.client] as const);
  };

  describe.each(["client", "server"] as const)("opened by the %s", (who) => {
    test("headers that HTTP/2 forbids, or gives a meaning to, arrive as they were", async () => {
      const [opener, accepter] = await sessions(who);
      const sent: [string, string][] = [
        ["connection", "keep-alive"],
        ["content-length", "7"],
        ["cookie", "a=1; b=2"],
        ["date", "never"],
        ["host", "example.org"],
        ["set-cookie", "a=1, x"],
        ["set-cookie", "b=2"],
        ["streams-code", "7"],
        ["streams-field-x", "y"],
        ["te", "gzip"],
        ["x-latin1", "\u00e9\u00ff"],
      ];
      const listener = accepter.listen(() => ({ accept: true, headers: sent }));
      const near = await opener.newStream(sent);
      const far = await listener.accept();
      expect([...(far?.headers ?? [])]).toEqual(sent);
      expect([...(await near.opened)]).toEqual(sent);
      expect([...near.headers]).toEqual(sent);
    });

    test("a refusal brings its headers and code, and may be retried", async () => {
      const [opener, accepter] = await sessions(who);
      accepter.listen(() => ({ accept: false, code: 77, headers: { why: "full" } }));
      const stream = await opener.newStream();
      void stream.write(bytes("nobody reads this"));
      const error = await failure(stream.opened);
      expect(error).toMatchObject({ code: "ERR_REFUSED", remote: true, retryable: true, resetCode: 77 });
      expect(error.headers?.get("why")).toBe("full");
      expect(await failure(stream.read())).toBe(error);
      expect(await failure(stream.write(bytes("x")))).toBe(error);
      expect(opener.stats().streamsOpen).toBe(0);
    });

    test("a refusal whose headers do not fit keeps its code, and a code that is none is left out", async () => {
      const [opener, accepter] = await sessions(who);
      accepter.listen((headers) => ({
        accept: false,
        code: Number(headers.get("code")),
        headers: { k: "v".repeat(30_000) },
      }));
      for (const [given, got] of [
        [5, 5],
        [-5, undefined],
        [2 ** 40, undefined],
      ]) {
        const refused = await opener.newStream({ code: String(given) });
        const error = await failure(refused.opened);
        expect(error).toMatchObject({ code: "ERR_REFUSED", remote: true, retryable: true });
        expect(error.resetCode).toBe(got);
      }
    });

    test("a stream that no handler was asked about is refused, and may be retried", async () => {
      const [opener, accepter] = await sessions(who);
      await accepter.listen().close();
      const stream = await opener.newStream();
      expect(await failure(stream.opened)).toMatchObject({ code: "ERR_REFUSED", remote: true, retryable: true });
    });

    test.each([1, 8, 77, 0, 0xffff_ffff])(
      "reset(%i) arrives with its code, after what was sent before it",
      async (code) => {
        const [opener, accepter] = await sessions(who);
        const [near, far] = await connected(opener, accepter);
        await sent(accepter, far.write(bytes("first")));
        far.reset(code);
        expect(await next(near)).toBe("first");
        expect(await failure(near.read())).toMatchObject({ code: "ERR_RESET", remote: true, resetCode: code });
        expect(await failure(near.write(bytes("x")))).toMatchObject({
          code: "ERR_RESET",
          remote: true,
          resetCode: code,
        });
        expect(await failure(near.closed)).toMatchObject({ code: "ERR_RESET" });
        expect(await failure(far.read())).toMatchObject({ code: "ERR_RESET", remote: false });
      },
    );

    test("a write that is reset in the same turn is never read as a clean end", async () => {
      const [opener, accepter] = await sessions(who);
      const [near, far] = await connected(opener, accepter);
      void near.write(new Uint8Array(1000));
      near.reset();
      const read = async () => {
        for await (const _ of far);
      };
      expect(await failure(read())).toMatchObject({ code: "ERR_RESET", resetCode: 8 });
    });

    test("everything that arrived before a reset can be read, although nobody was reading", async () => {
      const [opener, accepter] = await sessions(who);
      const [near, far] = await connected(opener, accepter);
      await sent(opener, near.write(new Uint8Array(500_000)));
      near.reset(3);
      let size = 0;
      const read = async () => {
        for await (const chunk of far) size += chunk.byteLength;
      };
      expect(await failure(read())).toMatchObject({ code: "ERR_RESET", resetCode: 3 });
      expect(size).toBe(500_000);
    });

    test.each(["opener", "accepter"])("the %s may end first while the other goes on writing", async (first) => {
      const [opener, accepter] = await sessions(who);
      const [near, far] = await connected(opener, accepter);
      const [one, other] = first === "opener" ? [near, far] : [far, near];
      await one.write(bytes("question"));
      await one.close();
      expect(await text(other)).toBe("question");
      await other.write(bytes("a long "));
      await opener.ping();
      await other.write(bytes("answer"));
      await other.close();
      expect(await text(one)).toBe("a long answer");
      await Promise.all([near.closed, far.closed]);
      expect(opener.stats().streamsOpen).toBe(0);
      expect(accepter.stats().streamsOpen).toBe(0);
    });

    test("an unread stream stops its writer and not its siblings", async () => {
      const [opener, accepter] = await sessions(who);
      const listener = accepter.listen();
      const stalled = await opener.newStream();
      const unread = await listener.accept();
      let written = 0;
      const chunk = 64 * 1024;
      for (; written < 64; written += 1) {
        const writing = stalled.write(new Uint8Array(chunk));
        if (writing === READY) continue;
        // Waits until the peer takes no more: pings overtake no data, so what fits has been taken after a few.
        let done = false;
        void writing.then(() => {
          done = true;
        });
        for (let i = 0; i < 20 && !done; i += 1) await opener.ping();
        if (!done) break;
      }
      expect(written * chunk).toBeGreaterThan(1024 * 1024);
      expect(written * chunk).toBeLessThan(3 * 1024 * 1024);
      const near = await opener.newStream();
      const far = await listener.accept();
      void near.write(new Uint8Array(2 * 1024 * 1024));
      void near.close();
      if (far === null || unread === null) throw new Error("no stream");
      let size = 0;
      for await (const bytes of far) size += bytes.byteLength;
      expect(size).toBe(2 * 1024 * 1024);
      void stalled.close();
      size = 0;
      for await (const bytes of unread) size += bytes.byteLength;
      expect(size).toBe((written + 1) * chunk);
    });

    test("an aborted write that waited sends nothing", async () => {
      const [opener, accepter] = await sessions(who);
      const [near, far] = await connected(opener, accepter);
      let writing = near.write(new Uint8Array(256 * 1024));
      while (writing === READY) writing = near.write(new Uint8Array(256 * 1024));
      const controller = new AbortController();
      const aborted = near.write(bytes("never"), { signal: controller.signal });
      controller.abort("changed my mind");
      await expect(aborted).rejects.toBe("changed my mind");
      void near.close();
      const all = await text(far);
      expect(all.length % (256 * 1024)).toBe(0);
      expect(all).not.toContain("never");
    });
  });

  test("what is opened, written and closed in one turn arrives whole", async () => {
    const [opener, accepter] = await sessions("client");
    const listener = accepter.listen();
    const near = await opener.newStream({ a: "b" });
    expect(near.write(bytes("all"))).toBe(READY);
    void near.close();
    const far = await listener.accept();
    expect(far && (await text(far))).toBe("all");
  });

  test("headers over the limit are refused before anything is sent", async () => {
    const [opener, accepter] = await sessions("client");
    const many = Array.from({ length: 129 }, (_, i): [string, string] => [`f${i}`, "x"]);
    expect((await failure(opener.newStream(many))).code).toBe("ERR_HEADERS_TOO_LARGE");
    expect((await failure(opener.newStream({ a: "x".repeat(16_384) }))).code).toBe("ERR_HEADERS_TOO_LARGE");
    expect((await failure(opener.newStream([["a b", "c"]]))).code).toBe("ERR_HEADERS_INVALID");
    const [near, far] = await connected(opener, accepter);
    await near.write(bytes("x"));
    expect(await next(far)).toBe("x");
  });
});
