// libp2p's yamux over a socket, as it comes and with windows of 16 MiB.

import { createServer, type Socket } from "node:net";
import type { Stream } from "@libp2p/interface";
import { defaultLogger } from "@libp2p/logger";
import { AbstractMessageStream, type SendResult } from "@libp2p/utils";
import { yamux } from "@libp2p/yamux";
import { dialLoopback, listenLoopback } from "../loopback.js";
import type { Peer } from "../peer.js";
import { fail, type Pipe, type PipeUser } from "../pipe.js";
import { PipeClient } from "../pipe-client.js";
import { servePipe } from "../pipe-server.js";

const log = defaultLogger().forComponent("bench");

/** @param window of a stream; default what the package has */
export function yamuxPeer(window?: number): Peer {
  const factory = (streams: number): ReturnType<ReturnType<typeof yamux>> =>
    yamux({
      maxInboundStreams: streams,
      maxOutboundStreams: streams,
      streamOptions: {
        inactivityTimeout: 600_000,
        ...(window === undefined ? {} : { initialStreamWindowSize: window, maxStreamWindowSize: window }),
      },
    })();
  return {
    async serve({ streams }) {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
        const muxer = factory(streams).createStreamMuxer(new SocketStream(socket, "inbound"));
        muxer.addEventListener("stream", ({ detail }) => servePipe(new YamuxPipe(detail)));
      });
      return listenLoopback(server);
    },
    async connect({ port, streams }) {
      const socket = await dialLoopback(port);
      const muxer = factory(streams).createStreamMuxer(new SocketStream(socket, "outbound"));
      return new PipeClient({
        halfClose: true,
        open: (_headers, opened) => void muxer.createStream().then((stream) => opened(new YamuxPipe(stream)), fail),
      });
    },
  };
}

class YamuxPipe implements Pipe {
  readonly #stream: Stream;
  #user: PipeUser | undefined;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  use(user: PipeUser): void {
    const before = this.#user;
    this.#user = user;
    if (before !== undefined) return;
    const stream = this.#stream;
    stream.addEventListener("message", ({ data }) => {
      if (data instanceof Uint8Array) return this.#user?.data(data);
      for (const chunk of data) this.#user?.data(chunk);
    });
    stream.addEventListener("remoteCloseWrite", () => this.#user?.end());
    stream.addEventListener("drain", () => this.#user?.drain());
  }

  write(chunk: Uint8Array): boolean {
    return this.#stream.send(chunk);
  }

  end(): void {
    this.#stream.close().catch(fail);
  }
}

/** A socket as libp2p wants it: what is sent at once leaves in one write. */
class SocketStream extends AbstractMessageStream {
  readonly #socket: Socket;

  constructor(socket: Socket, direction: "inbound" | "outbound") {
    super({ log, direction, inactivityTimeout: 600_000 });
    this.#socket = socket;
    socket.on("data", (chunk) => this.onData(chunk));
    socket.on("drain", () => this.safeDispatchEvent("drain"));
    socket.on("close", () => this.onTransportClosed());
    socket.on("error", fail);
  }

  sendData(data: Parameters<AbstractMessageStream["sendData"]>[0]): SendResult {
    let canSendMore = true;
    this.#socket.cork();
    for (const chunk of data) canSendMore = this.#socket.write(chunk);
    this.#socket.uncork();
    return { sentBytes: data.byteLength, canSendMore };
  }

  sendReset(): void {
    this.#socket.resetAndDestroy();
  }

  sendPause(): void {
    this.#socket.pause();
  }

  sendResume(): void {
    this.#socket.resume();
  }

  async close(): Promise<void> {
    this.#socket.end();
  }
}
