// A mux over a transport makes a backend; a backend whose streams serve as connections makes a transport again.

import type { Backend, Conn, Mux, Server, StreamProvider, Transport } from "./contract.js";
import { StreamsError } from "./errors.js";
import { raceAbort } from "./kit/abort.js";
import { urlOf, wholeNumber } from "./kit/options.js";
import { byPeer } from "./kit/peer-faults.js";
import { handled, handling } from "./kit/ready.js";
import { ServerQueue } from "./kit/server-queue.js";

export interface OverOptions {
  /** Told of each inbound connection that did not become a session: a wrong protocol, a handshake that failed. Default: nobody is. */
  readonly onRejected?: (error: unknown) => void;
  /**
   * Inbound connections whose handshake may be under way at once. With more, the one that has taken longest is given up with
   * ERR_CALM: honest ones take a moment. Default 1,000.
   */
  readonly maxHandshakes?: number;
}

/** An inbound connection whose handshake is under way. */
interface Starting {
  readonly conn: Conn;
  readonly session: StreamProvider;
}

/** Runs a mux over a transport. `connect` and `accept` give sessions whose handshake is done. @throws ERR_OPTION_INVALID */
export function over(mux: Mux, transport: Transport, options: OverOptions = {}): Backend {
  const { onRejected } = options;
  const maxHandshakes = wholeNumber("maxHandshakes", options.maxHandshakes, 1000);
  const connect: Backend["connect"] = async (url, o) => {
    const conn = await transport.dial(urlOf(url), o);
    try {
      const session = mux(conn, "client");
      await orEnd(session, raceAbort(session.ready, o?.signal));
      return session;
    } catch (error) {
      conn.reset();
      throw error;
    }
  };
  const serve: Backend["serve"] = async (url, o) => {
    const conns = await transport.serve(urlOf(url), o);
    // Floods open many: what each of them costs is all that counts here.
    const starting = new Set<Starting>();
    const giveUp = (one: Starting, error: unknown): void => {
      if (!starting.delete(one)) return;
      end(one.session);
      reject(one.conn, error);
    };
    const reject = (conn: Conn, error: unknown): void => {
      conn.reset();
      try {
        onRejected?.(error);
      } catch {
        // Who is told must not stop the server.
      }
    };
    const sessions = new ServerQueue<StreamProvider>(conns.url, {
      stop: () => {
        const closed = new StreamsError("ERR_SESSION_CLOSED", "The server was closed during the handshake.");
        for (const one of starting) giveUp(one, closed);
        return conns.close();
      },
      discard: end,
    });
    const begin = (conn: Conn): void => {
      const [oldest] = starting;
      if (oldest !== undefined && starting.size >= maxHandshakes) giveUp(oldest, crowded(maxHandshakes));
      try {
        const one = { conn, session: mux(conn, "server") };
        starting.add(one);
        one.session.ready.then(
          () => starting.delete(one) && sessions.push(one.session),
          (error: unknown) => giveUp(one, error),
        );
      } catch (error) {
        reject(conn, error);
      }
    };
    handled(feed(sessions, conns, begin).catch(onRejected));
    return sessions;
  };
  return { connect: handling(connect), serve: handling(serve) };
}

/** Runs whatever needs a connection over streams of another backend: `over(ssh(), nest(over(native(), tcp())))`. */
export function nest(backend: Backend): Transport {
  const dial: Transport["dial"] = async (url, o) => {
    const session = await backend.connect(url, o);
    const stream = await orEnd(session, session.newStream(undefined, o));
    // The stream is all this session is for: it ends with it.
    stream.closed.then(
      () => drain(session),
      () => end(session),
    );
    return stream;
  };
  const serve: Transport["serve"] = async (url, o) => {
    const sessions = await backend.serve(url, o);
    const open = new Set<StreamProvider>();
    const conns = new ServerQueue<Conn>(sessions.url, {
      stop: () => {
        open.forEach(drain);
        return sessions.close();
      },
      discard: (conn) => conn.reset(),
    });
    const acceptFrom = async (session: StreamProvider): Promise<void> => {
      open.add(session);
      for await (const stream of session.listen()) conns.push(stream);
    };
    const take = (session: StreamProvider): void =>
      void handled(orEnd(session, acceptFrom(session)).finally(() => open.delete(session)));
    // Should the server below fail, no more connections come, which is what closing says.
    handled(feed(conns, sessions, take));
    return conns;
  };
  return { dial: handling(dial), serve: handling(serve) };
}

function crowded(most: number): StreamsError {
  return byPeer("ERR_CALM", `More than ${most} connections came before this one had finished its handshake.`);
}

/** Takes all that a server accepts, until it closes or fails, and closes the queue that is fed with it. */
async function feed<T>(queue: { close(): Promise<void> }, source: Server<T>, take: (item: T) => void): Promise<void> {
  try {
    for await (const item of source) take(item);
  } finally {
    handled(queue.close());
  }
}

async function orEnd<T>(session: StreamProvider, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    end(session);
    throw error;
  }
}

function drain(session: StreamProvider): void {
  handled(session.shutdown());
}

function end(session: StreamProvider): void {
  handled(session.close());
}
