// The mux: options in, sessions out.

import type { Conn, Mux, StreamProvider } from "streams-core";
import { toDuplex } from "streams-core/node";
import { clientLogin, startClient } from "./client.js";
import type { SessionSetting } from "./core.js";
import { OUR_IDENT, STOCK_IDENT } from "./ident.js";
import { checkLimits, type Limits, type SshOptions } from "./options.js";
import { serverLogin, startServer } from "./server.js";
import { SshSession } from "./session.js";

/**
 * Streams over SSH (RFC 4251 to 4254), encrypted and with both ends authenticated, over any connection. One set of options may hold
 * both a client's and a server's; a connection to which those of its role are missing is reset and the call throws.
 * @throws ERR_OPTION_INVALID; the mux itself ERR_OPTION_INVALID and, for a client without `hostKey`, ERR_UNTRUSTED
 */
export function ssh(options: SshOptions = {}): Mux {
  const limits = checkLimits(options);
  const setting = {
    client: once(() => clientSetting(options, limits)),
    server: once(() => serverSetting(options, limits)),
  };
  return (conn: Conn, role: "client" | "server"): StreamProvider => {
    try {
      const checked = setting[role]();
      return new SshSession(toDuplex(conn), checked);
    } catch (error) {
      conn.reset();
      throw error;
    }
  };
}

function clientSetting(options: SshOptions, limits: Limits): SessionSetting {
  const login = clientLogin(options);
  const ident = identOf(limits);
  return {
    role: "client",
    limits,
    forwards: (options.forward ?? []).length > 0,
    start: (sock, ours, events) => startClient(sock, { login, options, limits, ident, ours }, events),
  };
}

function serverSetting(options: SshOptions, limits: Limits): SessionSetting {
  const login = serverLogin(options);
  const ident = identOf(limits);
  return {
    role: "server",
    limits,
    forwards: false,
    start: (sock, ours, events) => startServer(sock, { login, limits, ident, ours }, events),
  };
}

function identOf(limits: Limits): string {
  return limits.peer === "stock" ? STOCK_IDENT : OUR_IDENT;
}

/** Checks options when they are first needed, and only then. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
