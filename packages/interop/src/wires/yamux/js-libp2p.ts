// @libp2p/yamux as a peer.

import type { Socket } from "node:net";
import type { Stream } from "@libp2p/interface";
import { defaultLogger } from "@libp2p/logger";
import { AbstractMessageStream, type SendResult } from "@libp2p/utils";
import { yamux } from "@libp2p/yamux";
import { Inbox } from "streams-core/kit";
import type { LocalSession, LocalStream } from "../../local-peer.js";
import type { Role } from "../../peer.js";

type Muxer = ReturnType<ReturnType<ReturnType<typeof yamux>>["createStreamMuxer"]>;

const log = defaultLogger().forComponent("interop");
/** Bytes that may wait for a reader before libp2p is told to take no more. */
const HIGH_WATER = 256 * 1024;
/**
 * Its window grows to 16 MiB where it can measure the round trip (from Node 22 on), but past 4 MiB unread it resets the stream by
 * default: a peer that uses the credit it was given loses. A buffer as large as the window is what its users have to set.
 */
const READ_BUFFER = 17 * 1024 * 1024;

export class LibP2pSession implements LocalSession {
  readonly #muxer: Muxer;

  constructor(socket: Socket, role: Role) {
    const conn = new SocketStream(socket, role === "client" ? "outbound" : "inbound");
    this.#muxer = yamux({
      streamOptions: { inactivityTimeout: 600_000, maxReadBufferLength: READ_BUFFER },
    })().createStreamMuxer(conn);
  }

  async open(): Promise<LocalStream> {
    return new LibP2pStream(await this.#muxer.createStream());
  }

  onStream(arrived: (stream: LocalStream) => void): void {
    this.#muxer.addEventListener("stream", ({ detail }) => arrived(new LibP2pStream(detail)));
  }

  async ping(): Promise<void> {
    throw new Error("@libp2p/yamux pings with what Node 20 does not have");
  }

  async goAway(): Promise<void> {
    throw new Error("@libp2p/yamux says GO_AWAY as it closes only");
  }

  close(): Promise<void> {
    return this.#muxer.close();
  }
}

class LibP2pStream implements LocalStream {
  readonly number: number;
  readonly #stream: Stream;
  readonly #inbox: Inbox;

  constructor(stream: Stream) {
    this.number = Number(stream.id);
    this.#stream = stream;
    this.#inbox = new Inbox(() => {
      if (this.#inbox.size < HIGH_WATER && stream.readStatus === "paused") stream.resume();
    });
    stream.addEventListener("message", ({ data }) => {
      for (const chunk of data instanceof Uint8Array ? [data] : data) this.#inbox.push(chunk);
      if (this.#inbox.size >= HIGH_WATER && stream.readStatus === "readable") stream.pause();
    });
    // Said before a broken end too, whose reason comes with the close.
    stream.addEventListener("end", () => {
      if (stream.status !== "reset" && stream.status !== "aborted") this.#inbox.end();
    });
    stream.addEventListener("close", ({ error }) =>
      error === undefined ? this.#inbox.end() : this.#inbox.fail(error),
    );
  }

  read(): Promise<Uint8Array | null> {
    return this.#inbox.read();
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#stream.send(chunk)) return;
    await new Promise<void>((resolve, reject) => {
      this.#stream.addEventListener("drain", () => resolve(), { once: true });
      this.#stream.addEventListener("close", ({ error }) => reject(error ?? new Error("the stream was closed")), {
        once: true,
      });
    });
  }

  closeWrite(): Promise<void> {
    return this.#stream.close();
  }

  close(): Promise<void> {
    return this.#stream.close();
  }

  reset(): void {
    this.#stream.abort(new Error("reset by the case"));
  }
}

/** A socket as libp2p wants it. */
class SocketStream extends AbstractMessageStream {
  readonly #socket: Socket;

  constructor(socket: Socket, direction: "inbound" | "outbound") {
    super({ log, direction, inactivityTimeout: 600_000 });
    this.#socket = socket;
    socket.on("data", (chunk) => this.onData(chunk));
    socket.on("drain", () => this.safeDispatchEvent("drain"));
    socket.on("close", () => this.onTransportClosed());
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
