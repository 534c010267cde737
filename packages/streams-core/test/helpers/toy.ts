// The smallest mux: one stream per session, which is the connection itself after a handshake of one byte.

import {
  type Conn,
  type Mux,
  type OpOptions,
  type Stream,
  type StreamProvider,
  StreamsError,
} from "../../src/index.js";
import { Acceptor, chunks, END, handled, Outcome, READY } from "../../src/kit/index.js";

const HELLO = 0x21;

export const toy: Mux = (conn, role) => {
  const closed = new Outcome<{ code: number; reason: string; remote: boolean }>();
  const acceptor = new Acceptor(128);
  const stream = streamOf(conn);
  const ready = handled(
    (async () => {
      await conn.write(Uint8Array.of(HELLO));
      const answer = await conn.read();
      if (answer?.[0] === HELLO) return;
      throw new StreamsError("ERR_WRONG_PROTOCOL", "The peer does not speak the toy protocol.", { remote: true });
    })(),
  );
  if (role === "server") {
    void ready.then(
      () => acceptor.offer({ headers: new Headers(), accept: () => stream, refuse: () => conn.reset() }),
      () => {},
    );
  }
  const session: StreamProvider = {
    features: {
      headers: "none",
      opens: "client",
      flowControl: "stream",
      halfClose: true,
      resetCode: false,
      ping: false,
      priority: false,
      drain: false,
    },
    ready,
    newStream: () => handled(ready.then(() => stream)),
    listen: (handler) => acceptor.listen(handler),
    ping: () => handled(Promise.reject(new StreamsError("ERR_UNSUPPORTED", "The toy has no ping."))),
    stats: () => ({
      bytesIn: 0,
      bytesOut: 0,
      streamsOpen: 1,
      streamsOpened: 1,
      streamsAccepted: 0,
      roundTrip: undefined,
      streams: () => [],
    }),
    async shutdown() {
      acceptor.close();
      await conn.closed.catch(() => {});
      await session.close();
    },
    async close() {
      acceptor.close();
      conn.reset();
      closed.resolve({ code: 0, reason: "", remote: false });
    },
    get closed() {
      return closed.promise;
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
  return session;
};

function streamOf(conn: Conn): Stream {
  return {
    id: "1",
    headers: new Headers(),
    opened: Promise.resolve(new Headers()),
    closed: conn.closed,
    read: (o?: OpOptions) => conn.read(o),
    write: (chunk: Uint8Array, o?: OpOptions) => conn.write(chunk, o),
    close: (o?: OpOptions) => conn.close(o),
    reset: () => conn.reset(),
    [Symbol.asyncIterator]: () => chunks(conn),
    [Symbol.asyncDispose]: () => READY,
  };
}

/** A connection that is there and says nothing, for what must time out or be aborted. */
export function silent(): Conn {
  const never = new Outcome<never>();
  return {
    read: (o) =>
      handled(new Promise((_, reject) => o?.signal?.addEventListener("abort", () => reject(o.signal?.reason)))),
    write: () => READY,
    close: () => READY,
    reset: () => never.reject(new StreamsError("ERR_RESET", "reset by this end")),
    get closed() {
      return never.promise;
    },
    [Symbol.asyncIterator]: () => chunks({ read: () => END }),
    [Symbol.asyncDispose]: () => READY,
  };
}
