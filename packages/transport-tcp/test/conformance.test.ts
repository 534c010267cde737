import { join } from "node:path";
import { type ConnFeatures, type ConnPair, connSuite, planConn, runnerOf } from "streams-conformance";
import type { Conn, Transport } from "streams-core";
import { fromDuplex, toDuplex } from "streams-core/node";
import { tcp, tls, unix } from "transport-tcp";
import { describe, test } from "vitest";
import { certificates } from "./certificates.js";
import { pairOver, relayedPair, temporaryDirectory } from "./pairs.js";

const features: ConnFeatures = { halfClose: true, resetCode: false, resetSeen: true, backpressure: true, cut: false };
const directory = temporaryDirectory();
let sockets = 0;

const path = (): string => join(directory, String(sockets++));

/** What a socket that has read the end is not told. */
const half = {
  "reset after this end's close still reaches the peer":
    "a socket that has read the end learns of a reset from its next write or close only",
};
const unixOnly = {
  "reset after the peer's close reaches the peer":
    "a Unix socket has no reset: once both directions ended it looks like an end",
};
const transports: [name: string, transport: Transport, url: () => string, exceptions: Record<string, string>][] = [
  ["tcp", tcp(), () => "x+tcp://127.0.0.1:0", half],
  ["tls", tls(certificates), () => "x+tls://127.0.0.1:0", half],
  ["unix", unix(), () => `x+unix://${path()}`, { ...half, ...unixOnly }],
];

const suite = (...[name, transport, url, exceptions, wrap = same]: [...(typeof transports)[0], typeof same?]): void =>
  connSuite(runnerOf({ describe, test }), {
    name,
    features,
    exceptions,
    scale: 0.125,
    // Sockets of Unix hold less than those of TCP.
    limits: name === "unix" ? { unread: 1024 * 1024 } : {},
    async pair(): Promise<ConnPair> {
      const { near, far, dispose } = await pairOver(transport, url());
      return { near: wrap(near), far: wrap(far), cut() {}, dispose };
    },
  });

for (const each of transports) suite(...each);
suite(
  "a Conn over a Duplex over tcp",
  tcp(),
  () => "x+tcp://127.0.0.1:0",
  half,
  (conn) => fromDuplex(toDuplex(used(conn))),
);

for (const [name, transport, url] of transports) {
  describe(`${name} over a relay that breaks`, () => {
    const cut = { ...features, cut: true };
    const pair = (): Promise<ConnPair> => relayedPair(transport, url(), path());
    for (const { theme, name: title, timeout, run } of planConn({ name, features: cut, pair })) {
      if (theme === "loss") test(title, { timeout }, run);
    }
  });
}

function same(conn: Conn): Conn {
  return conn;
}

/** Read from once, so that `toDuplex` does not give the socket itself. */
function used(conn: Conn): Conn {
  conn.read({ signal: AbortSignal.abort() });
  return conn;
}
