// Where mivinci/mio hangs or breaks, whoever does it: what it does, and that our end is bounded and alive.

import { deepStrictEqual, strictEqual as equal, match, ok, rejects } from "node:assert";
import { mio } from "mux-mio";
import { type Conn, isStreamsError } from "streams-core";
import { readAll, writeSeeded } from "../../bytes.js";
import { linked, nextOf } from "../../common/link.js";
import type { Case } from "../../original.js";
import { hangs, within } from "../../within.js";

const LONG = 500;
const MiB = 1024 * 1024;

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

/** What comes until nothing more does, in hexadecimal. */
async function heard(conn: Conn): Promise<string> {
  let all = "";
  for (;;) {
    const chunk = await conn.read({ signal: AbortSignal.timeout(200) }).catch(() => null);
    if (chunk === null) return all;
    all += Buffer.from(chunk).toString("hex");
  }
}

export const deadEnds: readonly Case[] = [
  {
    name: "a reset of a stream that lives",
    run: async (t) => {
      const { conn, peer } = await t.raw();
      await conn.write(hex("00000002 ffffff 0c"));
      const stream = await peer.accept();
      await conn.write(hex("00000002 000001 04  00000004 ffffff 0c"));
      await within(stream.read(), LONG, "the read to fail");
      await hangs(peer.accept(), LONG, "the next accept");
      await hangs(peer.open(), LONG, "opening a stream");
      t.record("Its session takes its lock twice and hangs for good. We say a reset and a refusal as an end.");
    },
  },
  {
    name: "the end of a session with streams",
    run: async (t) => {
      const { conn, peer } = await t.raw();
      await conn.write(hex("00000002 ffffff 0c  00000004 ffffff 0c"));
      const streams = [await peer.accept(), await peer.accept()];
      const reading = streams.map((stream) => stream.read());
      await conn.write(hex("00000000 000000 02"));
      await rejects(within(peer.accept(), LONG, "accept"), /transport closed/);
      await Promise.all(reading.map((read) => hangs(read, LONG, "a read")));
      t.record("It hangs, and no reader learns of it. We end each stream, and then only the transport.");
    },
  },
  {
    name: "the end of the transport with streams",
    run: async (t) => {
      const { conn, peer } = await t.raw();
      await conn.write(hex("00000002 ffffff 0c  00000004 ffffff 0c"));
      const streams = [await peer.accept(), await peer.accept()];
      const reading = streams.map((stream) => stream.read());
      await conn.close();
      await within(Promise.any(reading), LONG, "one of the readers");
      await hangs(Promise.all(reading), LONG, "the other one");
      const [first] = streams;
      await hangs(first?.close() ?? Promise.resolve(), LONG, "closing a stream");
      t.record("One reader wakes, and who closes a stream hangs. We end each stream before, so that all readers wake.");
    },
  },
  {
    name: "a frame of 129 bytes, with its defaults",
    run: async (t) => {
      const { session, peer } = await t.start({ mux: mio({ signTimeout: 100, readBufferLimit: 129 }) });
      const ours = await session.newStream();
      const theirs = await peer.accept();
      await ours.write(new Uint8Array(129));
      await rejects(ours.closed, (error) => isStreamsError(error, "ERR_RESET"));
      const { length, error } = await theirs.read();
      deepStrictEqual([length, error?.message], [129, "flow control violation"]);
      t.record("ReadBufferLimit is held against each frame: it resets the stream. Ours are of 128 bytes by default.");
    },
  },
  {
    name: "data for a stream that the peer has closed",
    run: async (t) => {
      const { conn, peer } = await t.raw();
      await conn.write(hex("00000002 ffffff 0c"));
      await (await peer.accept()).close();
      equal(await heard(conn), "0000000200000004");
      await conn.write(hex("00000002 000008 01  00000006 ffffff 0c"));
      equal((await peer.accept()).number, 6);
      t.record(
        "It takes the payload for frames. What we write after its Close rejects, and what is on its way is lost.",
      );
    },
  },
  {
    name: "the peer closes a stream while we write on it",
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      const writing = writeSeeded(ours, 64 * MiB, 1).then(
        () => "written",
        (error: unknown) => (isStreamsError(error) ? error.code : String(error)),
      );
      await theirs.read(1000);
      await theirs.close();
      // A reset, or the end of the session: what it makes of the payload decides.
      match(await within(writing, 5000, "the write to fail"), /^ERR_/);
      await within(readAll(ours), 5000, "the read to end");
      t.record("Its session reads payload as frames from then on. Our write rejects at once, and reads end.");
    },
  },
  {
    name: "credit of less than its next frame",
    run: async (t) => {
      const { conn, peer } = await t.raw({ config: { windowSizeLimit: 1500 } });
      const stream = await peer.open();
      const written = stream.write(2048, 1);
      ok((await heard(conn)).endsWith("0000000200000001"), "an empty frame follows the first");
      for (let i = 0; i < 5; i += 1) {
        await conn.write(hex("00000002 0003ff 09"));
        equal(await heard(conn), "0000000200000001");
      }
      await hangs(stream.closeWrite(), LONG, "what is written next");
      await conn.write(hex("00000002 000400 09"));
      await within(written, LONG, "the write");
      t.record(
        "It throws that credit away, each time. Ours comes in pieces of 64 KiB, and what it threw away comes again.",
      );
    },
  },
  {
    name: "both ends open a stream at the same time, with its own ids",
    run: async (t) => {
      const { session, peer } = await t.start({ mux: mio({ peer: "stock", idStrategy: "stock" }) });
      const listener = session.listen();
      const [ours, theirs] = await Promise.all([session.newStream(), peer.open()]);
      if (theirs.number === Number(ours.id)) {
        await rejects(session.closed, (error) => isStreamsError(error, "ERR_PROTOCOL"));
      } else {
        await nextOf(listener);
      }
      t.record(
        "Both streams may get one id, and it loses its own. Our ids are 4,096 apart, unless idStrategy says otherwise.",
      );
    },
  },
  {
    name: "we reset a stream on which the peer goes on to write",
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      ours.reset(5);
      await hangs(theirs.write(20 * MiB, 1), 2 * LONG, "the peer's write");
      const { streamsOpen } = pair.session.stats();
      equal(streamsOpen, 0);
      const next = await linked(t, pair, "us");
      await next.ours.close();
      t.record(
        "Its writer waits for ever when its window is empty. What it sent was dropped, and the session goes on.",
      );
    },
  },
];
