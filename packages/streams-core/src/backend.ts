// A mux over a transport makes a backend; a backend whose streams serve as connections makes a transport again.

import type { Backend, Conn, Mux, OpOptions, Server, StreamProvider, Transport } from "./contract.js";
import { StreamsError } from "./errors.js";
import { raceAbort } from "./kit/abort.js";
import { handled } from "./kit/ready.js";
import { ServerQueue } from "./kit/server-queue.js";

export interface OverOptions {
  /** Told of each inbound connection that did not become a session: a wrong protocol, a handshake that failed. Default: nobody is. */
  readonly onRejected?: (error: unknown) => void;
}

/** Runs a mux over a transport. `connect` and `accept` give sessions whose handshake is done. */
export function over(mux: Mux, transport: Transport, options: OverOptions = {}): Backend {
  const connect: Backend["connect"] = async (url, o) => start(mux, await transport.dial(url, o), "client", o);
  const serve: Backend["serve"] = async (url, o) => {
    const conns = await transport.serve(url, o);
    const starting = new AbortController();
    const sessions = new ServerQueue<StreamProvider>(conns.url, {
      stop: () => {
        starting.abort(new StreamsError("ERR_SESSION_CLOSED", "The server was closed during the handshake."));
        return conns.close();
      },
      discard: end,
    });
    void acceptAll(conns, sessions, (conn) => start(mux, conn, "server", { signal: starting.signal }), options);
    return sessions;
  };
  return { connect: (url, o) => handled(connect(url, o)), serve: (url, o) => handled(serve(url, o)) };
}

/** Runs whatever needs a connection over streams of another backend: `over(ssh(), nest(over(native(), tcp())))`. */
export function nest(backend: Backend): Transport {
  const dial: Transport["dial"] = async (url, o) => {
    const session = await backend.connect(url, o);
    try {
      const stream = await session.newStream(undefined, o);
      // The stream is all this session is for: it ends with it.
      const drain = (): void => void session.shutdown().catch(ignore);
      stream.closed.then(drain, () => end(session));
      return stream;
    } catch (error) {
      end(session);
      throw error;
    }
  };
  const serve: Transport["serve"] = async (url, o) => {
    const sessions = await backend.serve(url, o);
    const open = new Set<StreamProvider>();
    const conns = new ServerQueue<Conn>(sessions.url, {
      stop: () => {
        for (const session of open) session.shutdown().catch(ignore);
        return sessions.close();
      },
      discard: (conn) => conn.reset(),
    });
    void acceptStreams(sessions, open, conns);
    return conns;
  };
  return { dial: (url, o) => handled(dial(url, o)), serve: (url, o) => handled(serve(url, o)) };
}

async function start(mux: Mux, conn: Conn, role: "client" | "server", options?: OpOptions): Promise<StreamProvider> {
  let session: StreamProvider | undefined;
  try {
    session = mux(conn, role);
    await raceAbort(session.ready, options?.signal);
    return session;
  } catch (error) {
    if (session !== undefined) end(session);
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
  const take = (session: StreamProvider): void => sessions.push(session);
  const serving = async (): Promise<void> => {
    for await (const conn of conns) begin(conn).then(take, rejected).catch(ignore);
  };
  await serving().catch(rejected).catch(ignore);
  sessions.close().catch(ignore);
}

async function acceptStreams(
  sessions: Server<StreamProvider>,
  open: Set<StreamProvider>,
  conns: ServerQueue<Conn>,
): Promise<void> {
  const acceptFrom = async (session: StreamProvider): Promise<void> => {
    open.add(session);
    for await (const stream of session.listen()) conns.push(stream);
  };
  try {
    for await (const session of sessions) {
      acceptFrom(session)
        .catch(() => end(session))
        .finally(() => open.delete(session));
    }
  } catch {
    // The server below failed: no more connections come, which is what closing says.
  } finally {
    conns.close().catch(ignore);
  }
}

function end(session: StreamProvider): void {
  session.close().catch(ignore);
}

function ignore(): void {}
