// Our own wire as if it were somebody else's: the runner and the common cases are tried against it, without Go.

import { native } from "mux-native";
import type { Conn, Stream, StreamProvider } from "streams-core";
import { fromDuplex } from "streams-core/node";
import { type LocalSession, type LocalStream, localPeer } from "../../src/local-peer.js";
import type { Original } from "../../src/original.js";

/** @param change what this original does otherwise to what it reads */
export function nativeOriginal(change: (chunk: Uint8Array) => Uint8Array = (chunk) => chunk): Original {
  return {
    name: "native",
    version: "v1",
    start: ({ role, port }) =>
      localPeer(port, (socket) => new NativeSession(native()(fromDuplex(socket), role), change)),
    mux: () => native(),
    seesReset: { code: 5 },
    resets: { seen: { code: 5 } },
  };
}

class NativeSession implements LocalSession {
  readonly #session: StreamProvider;
  readonly #change: (chunk: Uint8Array) => Uint8Array;

  constructor(session: StreamProvider, change: (chunk: Uint8Array) => Uint8Array) {
    this.#session = session;
    this.#change = change;
  }

  async open(): Promise<LocalStream> {
    return local(await this.#session.newStream(), this.#change);
  }

  onStream(arrived: (stream: LocalStream) => void): void {
    const accepting = (async () => {
      for await (const stream of this.#session.listen()) arrived(local(stream, this.#change));
    })();
    accepting.catch(() => {});
  }

  async ping(): Promise<void> {
    await this.#session.ping();
  }

  async goAway(): Promise<void> {
    await this.#session.shutdown();
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

function local(stream: Stream, change: (chunk: Uint8Array) => Uint8Array): LocalStream {
  const conn: Conn = stream;
  return {
    number: Number(stream.id),
    async read() {
      const chunk = await conn.read();
      return chunk === null ? null : change(chunk);
    },
    write: (chunk) => conn.write(chunk),
    closeWrite: () => conn.close(),
    close: () => conn.close(),
    reset: () => conn.reset(5),
  };
}
