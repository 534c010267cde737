// Dials with the platform's own WebSocket (websockets.spec.whatwg.org): browsers, workers, and Node from 22 on.

import { type Conn, type OpOptions, StreamsError } from "streams-core";
import { onAbort } from "streams-core/kit";
import { webSocketUrl } from "./address.js";
import { type Link, RESET, WebSocketConn } from "./conn.js";
import type { Settings } from "./options.js";
import { Outbox } from "./outbox.js";

export async function dialPlatform(url: URL, secure: boolean, settings: Settings, options?: OpOptions): Promise<Conn> {
  const signal = options?.signal;
  signal?.throwIfAborted();
  if (typeof WebSocket === "undefined") {
    const message =
      "This platform has no WebSocket; on Node before 22 import transport-websocket with the node condition.";
    throw new StreamsError("ERR_UNSUPPORTED", message);
  }
  const target = webSocketUrl(url, secure);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(target, [...settings.protocols]);
    socket.binaryType = "arraybuffer";
    const finish = (): void => {
      clearTimeout(timer);
      forget();
      socket.removeEventListener("error", unreachable);
    };
    const fail = (reason: unknown): void => {
      finish();
      reject(reason);
      socket.close();
    };
    const unreachable = (event: Event): void => {
      const cause = "error" in event ? event.error : undefined;
      const message = `No WebSocket could be opened to ${target.host}${target.pathname}; the platform does not tell scripts why.`;
      fail(new StreamsError("ERR_UNREACHABLE", message, { cause }));
    };
    const timer = setTimeout(() => {
      const message = `${target.host} did not open a WebSocket within ${settings.handshakeTimeout} ms.`;
      fail(new StreamsError("ERR_TIMEOUT", message));
    }, settings.handshakeTimeout);
    const forget = onAbort(signal, fail);
    socket.addEventListener("error", unreachable);
    socket.addEventListener("open", () => {
      finish();
      resolve(platformConn(socket, settings));
    });
  });
}

function platformConn(socket: WebSocket, settings: Settings): Conn {
  const link = new PlatformLink(socket, settings, () => conn.sent());
  const conn = new WebSocketConn(link, settings);
  socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (data instanceof ArrayBuffer) conn.message([new Uint8Array(data)]);
    else conn.text();
  });
  socket.addEventListener("close", ({ code, reason }) => {
    link.stop();
    conn.ended(code, reason);
  });
  return conn;
}

/** The platform tells how much is buffered but not when that changes, so it is looked at now and then while somebody waits. */
class PlatformLink implements Link {
  static readonly FIRST_LOOK_MS = 1;
  static readonly LAST_LOOK_MS = 32;

  readonly #socket: WebSocket;
  readonly #highWaterMark: number;
  readonly #outbox: Outbox;
  readonly #onSent: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #delay = PlatformLink.FIRST_LOOK_MS;

  constructor(socket: WebSocket, { highWaterMark, maxMessage }: Settings, onSent: () => void) {
    this.#socket = socket;
    this.#highWaterMark = highWaterMark;
    this.#outbox = new Outbox(maxMessage);
    this.#onSent = onSent;
  }

  get queued(): number {
    return this.#outbox.size;
  }

  get unsent(): number {
    return this.#outbox.size + this.#socket.bufferedAmount;
  }

  push(chunk: Uint8Array): void {
    this.#outbox.push(chunk);
  }

  flush(): void {
    while (this.#socket.bufferedAmount < this.#highWaterMark) {
      const message = this.#outbox.next();
      if (message === undefined) return;
      this.#socket.send(message as Uint8Array<ArrayBuffer>);
    }
    this.watch();
  }

  sendEnd(): void {
    this.#socket.send(new Uint8Array(0));
  }

  clear(): void {
    this.#outbox.clear();
  }

  watch(): void {
    if (this.#timer !== undefined || this.#socket.readyState > WebSocket.OPEN) return;
    const before = this.#socket.bufferedAmount;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const sunk = this.#socket.bufferedAmount < before || before === 0;
      this.#delay = sunk ? PlatformLink.FIRST_LOOK_MS : Math.min(2 * this.#delay, PlatformLink.LAST_LOOK_MS);
      if (sunk) this.#onSent();
      else this.watch();
    }, this.#delay);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  // A platform WebSocket cannot be paused: what arrives waits for `read`, up to maxUnread.
  pause(): void {}
  resume(): void {}

  /** Scripts may give 1000 and 3000 to 4999 only (WebSockets Standard, `close`): a fault of the peer is told as a reset. */
  close(code: number): void {
    this.#socket.close(code === 1000 || code >= 3000 ? code : RESET);
  }
}
