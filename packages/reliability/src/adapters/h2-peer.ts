// An HTTP/2 peer that says whatever a test wants, over any connection, and notes every frame it gets.

import { type Http2Options, http2 } from "mux-http2";
import { type Conn, memoryPair, type StreamProvider } from "streams-core";
import { ACK, bytes, type Frame, frame, PING, PREFACE, parse, SIGN, settings, settingsAck } from "./h2-frames.js";

export interface H2PeerOptions extends Http2Options {
  /** The role of the session under test. Default: server. */
  readonly role?: "client" | "server";
  /** The peer's end and the session's. Default: memory. */
  readonly conns?: readonly [Conn, Conn];
  /** Whether the peer starts as a well-behaved one does, and shows the sign of our own kind or not. Default "ours". */
  readonly greet?: "ours" | "stock" | "no";
  /** Whether it reads. Default true. */
  readonly reads?: boolean;
}

export class H2Peer {
  readonly session: StreamProvider;
  readonly conn: Conn;
  readonly frames: Frame[] = [];
  /** Resolves when the session's side of the connection is over: "end" or "broken". */
  readonly over: Promise<"end" | "broken">;
  #held: Uint8Array = new Uint8Array(0);
  #skip: number;

  constructor(options: H2PeerOptions = {}) {
    const { role = "server", conns = memoryPair({ highWaterMark: 1 << 20 }), greet = "ours", reads, ...rest } = options;
    const [near, far] = conns;
    this.conn = near;
    this.#skip = role === "client" ? PREFACE.byteLength : 0;
    this.session = http2(rest)(far, role);
    this.over = reads === false ? new Promise(() => {}) : this.#readAll();
    if (greet === "no") return;
    if (role === "server") void near.write(PREFACE);
    void near.write(bytes(settings(...(greet === "ours" ? [SIGN] : [])), settingsAck));
  }

  /** Sends without waiting for room: a hostile peer does not care. */
  say(...parts: readonly Uint8Array[]): Promise<void> {
    return this.conn.write(bytes(...parts));
  }

  of(type: number, id?: number): Frame[] {
    return this.frames.filter((frame) => frame.type === type && (id === undefined || frame.id === id));
  }

  /** The peer hangs up, and the session ends too. */
  async end(): Promise<void> {
    this.conn.reset();
    await this.session.close();
  }

  async #readAll(): Promise<"end" | "broken"> {
    try {
      for await (const chunk of this.conn) this.#take(chunk);
      return "end";
    } catch {
      return "broken";
    }
  }

  #take(chunk: Uint8Array): void {
    this.#held = this.#held.byteLength === 0 ? chunk : bytes(this.#held, chunk);
    if (this.#skip > 0) {
      if (this.#held.byteLength < this.#skip) return;
      this.#held = this.#held.subarray(this.#skip);
      this.#skip = 0;
    }
    const { frames, used } = parse(this.#held);
    this.frames.push(...frames);
    this.#held = this.#held.subarray(used);
    // It answers pings, for the session measures round trips.
    for (const { type, flags, body } of frames)
      if (type === PING && flags !== ACK) void this.say(frame(PING, ACK, 0, body));
  }
}
