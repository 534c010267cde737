// Kubernetes' port-forward: client-go against a server of ours, and a client of ours against what container runtimes serve it with.

import { ok, rejects, strictEqual } from "node:assert";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { spdy } from "mux-spdy";
import { type Conn, type Decision, isStreamsError, type Stream, type StreamProvider } from "streams-core";
import { fromDuplex } from "streams-core/node";
import { tcp } from "transport-tcp";
import { echo, readAll, seeded, writeSeeded } from "../../bytes.js";
import { goProgram, moduleVersion } from "../../go.js";
import { GoPeer } from "../../go-peer.js";
import type { Case } from "../../original.js";
import { whole } from "../../whole.js";
import { within } from "../../within.js";

const PROTOCOL = "portforward.k8s.io";
const CLIENT = `client-go ${moduleVersion("kubernetes", "k8s.io/client-go")}`;
const SERVER = `cri-streaming ${moduleVersion("kubernetes", "k8s.io/cri-streaming")}`;
const UPGRADE = `Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${PROTOCOL}\r\n`;
const SWITCHING = `HTTP/1.1 101 Switching Protocols\r\n${UPGRADE}\r\n`;
const originals = ["moby/spdystream"];
const MiB = 1 << 20;

/** Both streams of a connection that client-go forwards. */
interface Forwarded {
  readonly error: Stream;
  readonly data: Stream;
}

/** An API server that knows one pod, and what it does with a connection to its port. */
class Pod {
  readonly #http = createServer();
  readonly #sockets: Socket[] = [];

  constructor(forward: (one: Forwarded) => Promise<void>, decision: Decision) {
    this.#http.on("upgrade", (_: IncomingMessage, socket: Socket, head: Buffer) => {
      this.#sockets.push(socket);
      socket.write(SWITCHING);
      if (head.byteLength > 0) socket.unshift(head);
      // client-go waits for each reply, and tells a refusal by a reset.
      void serve(spdy({ refusal: "reset" })(fromDuplex(socket), "server"), forward, decision);
    });
    // The kit of the Go peer connects as well, and says nothing.
    this.#http.on("connection", (socket: Socket) => this.#sockets.push(socket));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#http.listen(0, "127.0.0.1", resolve));
    return (this.#http.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#http.close();
  }
}

/** Puts the streams together that have the same request. */
async function serve(
  session: StreamProvider,
  forward: (one: Forwarded) => Promise<void>,
  decision: Decision,
): Promise<void> {
  const errors = new Map<string | null, Stream>();
  for await (const stream of session.listen(() => decision)) {
    const id = stream.headers.get("requestid");
    const error = errors.get(id);
    if (stream.headers.get("streamtype") === "error") errors.set(id, stream);
    else if (error !== undefined) void forward({ error, data: stream }).catch(() => {});
  }
}

async function echoing({ error, data }: Forwarded): Promise<void> {
  await echo(data);
  // It waits for this end.
  await error.close();
}

/** client-go forwards a local port to the pod. */
async function forwarding(
  forward: (one: Forwarded) => Promise<void>,
  run: (peer: GoPeer) => Promise<void>,
  decision: Decision = { accept: true },
): Promise<void> {
  const pod = new Pod(forward, decision);
  const peer = new GoPeer({
    program: await goProgram("kubernetes"),
    impl: "client-go",
    role: "client",
    port: await pod.listen(),
  });
  try {
    await within(peer.ready, 10_000, "client-go to be ready");
    await run(peer);
  } finally {
    await peer.dispose();
    pod.close();
  }
}

/** Connects through the forwarded port. */
async function throughPort(peer: GoPeer, size: number, seed: number): Promise<void> {
  const socket = await peer.open();
  const back = socket.read();
  whole(await socket.write(size, seed), seeded(seed, size), "what went into the port");
  await socket.closeWrite();
  whole(await within(back, 20_000, "the echo"), seeded(seed, size), "what came out of the port");
}

/** What it logs comes by another way than its answers. */
async function logged(peer: GoPeer, text: string): Promise<void> {
  while (!peer.words.includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A session with a container runtime that has answered our upgrade. */
async function withRuntime(run: (session: StreamProvider) => Promise<void>): Promise<void> {
  const listening = await tcp().serve(new URL("tcp://127.0.0.1:0"));
  const port = Number(listening.url.port);
  const peer = new GoPeer({ program: await goProgram("kubernetes"), impl: "cri-streaming", role: "server", port });
  const conn = await listening.accept();
  if (conn === null) throw new Error("The listening socket was closed.");
  try {
    await peer.ready;
    await conn.write(Buffer.from(`POST /portforward HTTP/1.1\r\nHost: pod\r\n${UPGRADE}\r\n`));
    ok((await responseOf(conn)).startsWith("HTTP/1.1 101 "));
    const session = spdy()(conn, "client");
    await within(session.ready, 10_000, "the session");
    await run(session);
    await session.close();
  } finally {
    conn.reset();
    await peer.dispose();
    await listening.close();
  }
}

/** The head of the answer: the runtime says nothing more before our first frame. */
async function responseOf(conn: Conn): Promise<string> {
  let text = "";
  while (!text.endsWith("\r\n\r\n")) text += Buffer.from((await conn.read()) ?? "\r\n\r\n").toString("latin1");
  return text;
}

/** The two streams of a connection, in the order that the runtime wants. */
async function forwarded(session: StreamProvider, port: string, id: string): Promise<Forwarded> {
  const error = await session.newStream({ streamtype: "error", port, requestid: id });
  await error.opened;
  await error.close();
  return { error, data: await session.newStream({ streamtype: "data", port, requestid: id }) };
}

export const kubernetes: readonly Case[] = [
  {
    name: `Kubernetes' port-forward (${CLIENT}) through a server of ours: 1 B and 4 MiB, one after the other and at once`,
    originals,
    roles: ["server"],
    run: () =>
      forwarding(echoing, async (peer) => {
        await throughPort(peer, 1, 1);
        await throughPort(peer, 4 * MiB, 2);
        await Promise.all([3, 4, 5].map((seed) => throughPort(peer, MiB, seed)));
        await within(peer.close(), 5000, "client-go to end");
      }),
  },
  {
    name: `Kubernetes' port-forward (${CLIENT}) tells what a server of ours says on the error stream`,
    originals,
    roles: ["server"],
    run: () =>
      forwarding(
        async ({ error, data }) => {
          await error.write(Buffer.from("the pod is gone"));
          await error.close();
          // Its reply goes first.
          await new Promise((resolve) => setImmediate(resolve));
          data.reset();
        },
        async (peer) => {
          const socket = await peer.open();
          await socket.read();
          await within(peer.do("waitOver"), 5000, "client-go to give up");
          await within(logged(peer, "the pod is gone"), 5000, "what client-go says");
        },
      ),
  },
  {
    name: `Kubernetes' port-forward (${CLIENT}) tells that a server of ours refuses its streams`,
    originals,
    roles: ["server"],
    run: () =>
      forwarding(
        async () => {},
        async (peer) => {
          const socket = await peer.open();
          await socket.read();
          await within(logged(peer, "error creating error stream"), 5000, "what client-go says");
        },
        { accept: false },
      ),
  },
  {
    name: `a client of ours forwards a port through Kubernetes' server (${SERVER}): 1 B and 4 MiB, and three at once`,
    originals,
    roles: ["client"],
    run: () =>
      withRuntime(async (session) => {
        const through = async (size: number, seed: number): Promise<void> => {
          const { error, data } = await forwarded(session, "8080", String(seed));
          const back = readAll(data);
          await writeSeeded(data, size, seed);
          await data.close();
          whole(await within(back, 20_000, "the echo"), seeded(seed, size), "what came back");
          strictEqual(await error.read(), null);
        };
        await through(1, 1);
        await through(4 * MiB, 2);
        await Promise.all([3, 4, 5].map((seed) => through(MiB, seed)));
      }),
  },
  {
    name: `a client of ours reads what Kubernetes' server (${SERVER}) says of a port that is closed`,
    originals,
    roles: ["client"],
    run: () =>
      withRuntime(async (session) => {
        const { error } = await forwarded(session, "9", "1");
        const chunk = await within(error.read(), 5000, "the error");
        ok(
          Buffer.from(chunk ?? "")
            .toString()
            .includes("nobody listens there"),
        );
      }),
  },
  {
    name: `a stream of ours that Kubernetes' server (${SERVER}) does not take is reset, and not said to be retryable`,
    originals,
    roles: ["client"],
    run: () =>
      withRuntime(async (session) => {
        const { opened } = await session.newStream({ streamtype: "data" });
        await rejects(
          within(opened, 5000, "the answer"),
          (error) => isStreamsError(error, "ERR_RESET") && !error.retryable,
        );
        const { data } = await forwarded(session, "8080", "1");
        await data.write(Buffer.from("on"));
        strictEqual(Buffer.from((await data.read()) ?? "").toString(), "on");
      }),
  },
];
