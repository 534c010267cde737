// TLS over TCP, verified unless told otherwise.

import { isIP, type Socket } from "node:net";
import { connect, createServer, type SecureContextOptions, type TLSSocket } from "node:tls";
import { type Conn, type Server, StreamsError, type Transport } from "streams-core";
import { milliseconds, ServerQueue } from "streams-core/kit";
import { fromDuplex, Handshakes, secureContextOf, tlsError } from "streams-core/node";
import { dialAddress, nameOf } from "./address.js";
import { checkAlpn } from "./alpn.js";
import { established } from "./established.js";
import { type SocketLimits, socketLimits } from "./options.js";
import { preHandled } from "./pre-handled.js";
import { acceptOptions, dialTcp, listenTcp, type TcpOptions } from "./tcp.js";
import { handshakeError, handshakeLate, noCommonProtocol } from "./tls-errors.js";

export interface TlsOptions extends TcpOptions, Pick<SecureContextOptions, "ca" | "cert" | "key" | "passphrase"> {
  /** Protocols to offer (dial) or to take (serve), best first. A dial whose peer takes none of them fails. Default: none. */
  readonly alpn?: readonly string[];
  /** The name that the server's certificate must be for, and that is asked for. Default: the URL's host. */
  readonly servername?: string;
  /** Serve: ask clients for a certificate. Default false. */
  readonly requestCert?: boolean;
  /** Whether a certificate that does not verify ends the connection: the server's at a dial, the client's with `requestCert`. Default true. */
  readonly rejectUnauthorized?: boolean;
  /** Milliseconds that the TLS handshake may take, on either side. Default 10,000. */
  readonly handshakeTimeout?: number;
  /** Serve: told of each connection whose handshake failed. Default: nobody is. */
  readonly onRejected?: (error: StreamsError) => void;
}

/** Connections over TLS: `native+tls://example.com:7000`. Serving needs `cert` and `key`. @throws ERR_OPTION_INVALID */
export function tls(options: TlsOptions = {}): Transport {
  const { connectTimeout, reading } = socketLimits(options);
  const handshakeTimeout = milliseconds("handshakeTimeout", options.handshakeTimeout, 10_000);
  checkAlpn(options.alpn);
  const keys = keysOf(options);
  const { alpn, servername, rejectUnauthorized = true, requestCert = false, onRejected } = options;
  const secureContext = secureContextOf(servername === undefined ? keys : { ...keys, servername });
  const offered = alpn === undefined ? {} : { ALPNProtocols: [...alpn] };

  const transport: Transport = {
    async dial(url, o) {
      const address = dialAddress(url);
      const host = servername ?? address.host;
      const name = nameOf(address);
      // RFC 6066 section 3: an address is no server name.
      const peer = isIP(host) === 0 ? { host, servername: host } : { host };
      const [secure, raw] = await dialTcp(address, connectTimeout, options, o, (socket) => {
        socket.on("error", ignore);
        return [connect({ socket, ...peer, ...offered, secureContext, rejectUnauthorized }), socket] as const;
      });
      return established(secure, {
        event: "secureConnect",
        signal: o?.signal,
        timeout: handshakeTimeout,
        make: () => {
          if (alpn !== undefined && secure.alpnProtocol === false) throw noCommonProtocol(name, alpn);
          return secureConn(secure, raw, name, reading);
        },
        abort: () => abort(secure, raw),
        late: () => handshakeLate(name, handshakeTimeout),
        failed: (cause) => handshakeError(cause, name, secure),
      });
    },
    async serve(url, o): Promise<Server<Conn>> {
      o?.signal?.throwIfAborted();
      if (keys.cert === undefined || keys.key === undefined) {
        throw new StreamsError("ERR_OPTION_INVALID", "A TLS server needs the options cert and key: give both in PEM.");
      }
      const checks = { requestCert, rejectUnauthorized, handshakeTimeout };
      const server = createServer({ ...acceptOptions(options), ...keys, ...offered, ...checks });
      const handshakes = new Handshakes(server);
      const conns = new ServerQueue<Conn>(await listenTcp(server, url), {
        stop() {
          server.close();
          handshakes.abort();
        },
        discard: (conn) => conn.reset(),
      });
      server.on("secureConnection", (secure) => {
        conns.push(secureConn(secure, handshakes.done(secure), remoteName(secure), reading));
      });
      server.on("tlsClientError", (cause, secure) => {
        const error = handshakeError(cause, remoteName(secure), secure);
        secure.destroy();
        onRejected?.(error);
      });
      return conns;
    },
  };
  return preHandled(transport);
}

function secureConn(secure: TLSSocket, raw: Socket, name: string, reading: SocketLimits["reading"]): Conn {
  goesBefore(secure, raw);
  return fromDuplex(secure, {
    ...reading,
    socket: raw,
    abort: () => abort(secure, raw),
    lost: (cause) => (cause instanceof Error ? tlsError(cause, name) : undefined),
  });
}

/** Only TCP has a reset: what is destroyed on the TLS layer alone would reach the peer as an end. */
function abort(secure: TLSSocket, raw: Socket): void {
  goesBefore(secure, raw, () => raw.resetAndDestroy());
  secure.destroy();
}

/**
 * The TLSSocket is destroyed first and takes the socket below with it, whichever of the two failed: Node crashes when the lower
 * one is gone while the upper one still writes.
 */
function goesBefore(secure: TLSSocket, raw: Socket, last = (): Socket => raw.destroy()): void {
  if (secure === raw) return;
  raw.destroy = (error) => {
    Reflect.deleteProperty(raw, "destroy");
    secure.destroy(error);
    return last();
  };
}

function remoteName(socket: Socket): string {
  return nameOf({ host: socket.remoteAddress ?? "a client that is gone", port: socket.remotePort ?? 0 });
}

/** The options that are given, of those that make a secure context. */
function keysOf({ ca, cert, key, passphrase }: TlsOptions): SecureContextOptions {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(passphrase !== undefined && { passphrase }),
  };
}

function ignore(): void {}
