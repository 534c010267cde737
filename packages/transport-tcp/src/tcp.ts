// Plain TCP.

import { connect, createServer, type NetConnectOpts, type Server as NetServer, type Socket } from "node:net";
import { type Conn, type OpOptions, type Server, StreamsError, type Transport } from "streams-core";
import { printable, ServerQueue } from "streams-core/kit";
import { fromDuplex } from "streams-core/node";
import { type Address, dialAddress, nameOf, serveAddress, servedUrl } from "./address.js";
import { established } from "./established.js";
import { adopted, withIntake } from "./intake.js";
import { listening } from "./listening.js";
import { type SocketOptions, socketLimits } from "./options.js";
import { preHandled } from "./pre-handled.js";

export interface TcpOptions extends SocketOptions {
  /** Sends small writes at once instead of gathering them as Nagle's algorithm does: a mux gathers by itself. Default true. */
  readonly noDelay?: boolean;
}

/** Connections over TCP: `native+tcp://127.0.0.1:7000`. Serves on loopback unless the URL names another host. @throws ERR_OPTION_INVALID */
export function tcp(options: TcpOptions = {}): Transport {
  const { connectTimeout, reading } = socketLimits(options);
  const transport: Transport = {
    async dial(url, o) {
      const dialing = {
        ...options,
        open: (to: NetConnectOpts) => withIntake((option) => connect({ ...to, ...option })),
      };
      return dialTcp(dialAddress(url), connectTimeout, dialing, o, (socket) => fromDuplex(socket, reading));
    },
    async serve(url, o): Promise<Server<Conn>> {
      o?.signal?.throwIfAborted();
      const server = createServer({ ...acceptOptions(options), pauseOnConnect: true });
      const conns = new ServerQueue<Conn>(await listenTcp(server, url), {
        stop: () => void server.close(),
        discard: (conn) => conn.reset(),
      });
      server.on("connection", (socket) => conns.push(fromDuplex(adopted(socket), reading)));
      return conns;
    },
  };
  return preHandled(transport);
}

/** Connects and makes something of the socket. @throws ERR_UNREACHABLE */
export async function dialTcp<T>(
  address: Address,
  timeout: number,
  { noDelay = true, open = connect }: TcpOptions & { readonly open?: (to: NetConnectOpts) => Socket },
  o: OpOptions | undefined,
  make: (socket: Socket) => T,
): Promise<T> {
  const signal = o?.signal;
  signal?.throwIfAborted();
  const socket = open({ ...address, allowHalfOpen: true, noDelay });
  const name = nameOf(address);
  return established(socket, {
    event: "connect",
    signal,
    timeout,
    make: () => make(socket),
    late: () => unreachable(name, `no answer within ${timeout} ms`),
    failed: (cause) => unreachable(name, reasonOf(cause), cause),
  });
}

/** Starts the server where the URL says. Returns the URL with the port that was given out. */
export async function listenTcp(server: NetServer, url: URL): Promise<URL> {
  const asked = serveAddress(url);
  await listening(server, asked, nameOf(asked));
  const given = server.address();
  return servedUrl(url, {
    host: asked.host,
    port: typeof given === "object" && given !== null ? given.port : asked.port,
  });
}

/** What `createServer` is to make of each connection. */
export function acceptOptions({ noDelay = true }: TcpOptions): {
  allowHalfOpen: true;
  noDelay: boolean;
} {
  return { allowHalfOpen: true, noDelay };
}

function unreachable(name: string, why: string, cause?: Error): StreamsError {
  return new StreamsError(
    "ERR_UNREACHABLE",
    `Cannot reach ${name} (${printable(why)}); check that a server listens there and that no firewall is between.`,
    { cause },
  );
}

/** Trying the addresses of a host one after another gives an AggregateError, whose own message is empty. */
function reasonOf(cause: Error): string {
  return cause instanceof AggregateError ? cause.errors.map(String).join(", ") : cause.message;
}
