// A mux over a transport makes a backend; a backend whose streams serve as connections makes a transport again.

import type { Backend, Conn, Mux, OpOptions, Server, StreamProvider, Transport } from "./contract.js";
import { StreamsError } from "./errors.js";
import { raceAbort } from "./kit/abort.js";
import { ServerQueue } from "./kit/server-queue.js";

export interface OverOptions {
  /** Told of each inbound connection that did not become a session: a wrong protocol, a handshake that failed. Default: nobody is. */
  readonly onRejected?: (error: unknown) => void;
}

/** Runs a mux over a transport. `connect` and `accept` give sessions whose handshake is done. */
export function over(mux: Mux, transport: Transport, options: OverOptions = {}): Backend {
  return {
    async connect(url, o) {
      return start(mux, await transport.dial(url, o), "client", o);
    },
    async serve(url, o) {
      const conns = await transport.serve(url, o);
      const starting = new AbortController();
      const sessions = new ServerQueue<StreamProvider>(conns.url, {
        stop: () => {
          starting.abort(new StreamsError("ERR_SESSION_CLOSED", "The server was closed during the handshake."));
          return conns.close();
        },
        discard: (session) => void session.close().catch(() => {}),
      });
      void acceptAll(conns, sessions, (conn) => start(mux, conn, "server", { signal: starting.signal }), options);
      return sessions;
    },
  };
}

async function start(mux: Mux, conn: Conn, role: "client" | "server", options?: OpOptions): Promise<StreamProvider> {
  const session = mux(conn, role);
  try {
    await raceAbort(session.ready, options?.signal);
    return session;
  } catch (error) {
    session.close().catch(() => {});
    conn.reset();
    throw error;
  }
}

async function acceptAll(
  conns: Server<Conn>,
  sessions: ServerQueue<StreamProvider>,
  begin: (conn: Conn) => Promise<StreamProvider>,
  options: OverOptions,
): Promise<void> {
  const rejected = (error: unknown): void => options.onRejected?.(error);
  try {
    for await (const conn of conns) begin(conn).then((session) => sessions.push(session), rejected);
  } catch (error) {
    rejected(error);
  }
}

/** Runs whatever needs a connection over streams of another backend: `over(ssh(), nest(over(native(), tcp())))`. */
export function nest(backend: Backend): Transport {
  return {
    async dial(url, o) {
      const session = await backend.connect(url, o);
      const stream = await session.newStream(undefined, o);
      // The stream is all this session is for: it ends with it.
      stream.closed
        .then(
          () => session.shutdown(),
          () => session.close(),
        )
        .catch(() => {});
      return stream;
    },
    async serve(url, o) {
      const sessions = await backend.serve(url, o);
      const open = new Set<StreamProvider>();
      const conns = new ServerQueue<Conn>(sessions.url, {
        stop: () => sessions.close(),
        discard: (conn) => conn.reset(),
      });
      void (async () => {
        for await (const session of sessions) {
          open.add(session);
          void acceptStreams(session, conns).finally(() => open.delete(session));
        }
      })();
      return conns;
    },
  };
}

async function acceptStreams(session: StreamProvider, conns: ServerQueue<Conn>): Promise<void> {
  for await (const stream of session.listen()) conns.push(stream);
}
