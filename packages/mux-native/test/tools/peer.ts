// A peer that says whatever a test wants, over memory, and notes every frame it gets.

import { type NativeOptions, native } from "mux-native";
import { type Conn, memoryPair, type StreamProvider, type StreamsError } from "streams-core";
import { onTestFinished } from "vitest";
import { errorOf, turn, untilTaken } from "../../../mux-engine/test/tools/raw-peer.js";
import { bytes, CLOSE, type Frame, parse, preface, readU32 } from "./frames.js";

export { errorOf, text, turn } from "../../../mux-engine/test/tools/raw-peer.js";

const PREFACE = 24;

export interface PeerOptions extends NativeOptions {
  /** The role of the session under test. Default: server. */
  readonly role?: "client" | "server";
  /** Whether the peer starts with its preface. Default true. */
  readonly greet?: boolean;
  /** Whether it reads. Default true. */
  readonly reads?: boolean;
  /** The window that its preface announces. Default 65,536. */
  readonly window?: number;
  readonly highWaterMark?: number;
}

export class RawPeer {
  readonly session: StreamProvider;
  readonly conn: Conn;
  readonly frames: Frame[] = [];
  /** How often the session wrote to its transport, and how often it was read from. */
  writes = 0;
  #held: Uint8Array = new Uint8Array(0);
  #greeted = false;
  /** Resolves when the session's side of the transport is over: true for an end, false for a break. */
  readonly ended: Promise<boolean>;

  constructor(options: PeerOptions = {}) {
    const { role = "server", greet = true, reads = true, window, highWaterMark = 1 << 20, ...rest } = options;
    const [near, far] = memoryPair({ highWaterMark });
    this.conn = far;
    const write = near.write.bind(near);
    near.write = (chunk, o) => {
      this.writes += 1;
      return write(chunk, o);
    };
    this.session = native(rest)(near, role);
    this.ended = reads ? this.#readAll() : Promise.resolve(false);
    if (greet) void this.conn.write(preface(role === "server" ? 0 : 1, window));
    onTestFinished(async () => {
      far.reset();
      await this.session.close();
    });
  }

  /** Sends, and resolves when the session has had time to answer. */
  async send(...parts: readonly Uint8Array[]): Promise<void> {
    await this.conn.write(bytes(...parts));
    await untilTaken(this.session);
  }

  /** What came of the given type. */
  of(type: number, id?: number): Frame[] {
    return this.frames.filter((frame) => frame.type === type && (id === undefined || frame.id === id));
  }

  /** What the session failed with. */
  failure(): Promise<StreamsError> {
    return errorOf(this.session.closed);
  }

  /** The code of the CLOSE frame that came. */
  async closeCode(): Promise<number | undefined> {
    await until("the session says why it ends", () => this.of(CLOSE).length > 0);
    const last = this.of(CLOSE)[0];
    return last && readU32(last.body, 4);
  }

  async #readAll(): Promise<boolean> {
    try {
      for await (const chunk of this.conn) this.#take(chunk);
      await this.conn.close();
      return true;
    } catch {
      return false;
    }
  }

  #take(chunk: Uint8Array): void {
    this.#held = bytes(this.#held, chunk);
    if (!this.#greeted) {
      if (this.#held.byteLength < PREFACE) return;
      this.#held = this.#held.subarray(PREFACE);
      this.#greeted = true;
    }
    const { frames, used } = parse(this.#held);
    this.frames.push(...frames);
    this.#held = this.#held.subarray(used);
  }
}

/** @throws when it is still not so after many turns */
export async function until(what: string, condition: () => boolean): Promise<void> {
  for (let i = 0; !condition(); i += 1) {
    if (i === 2000) throw new Error(`It never came to this: ${what}.`);
    await turn();
  }
}

/** Two sessions over memory. */
export function pair(
  options: NativeOptions = {},
  highWaterMark = 65536,
): { client: StreamProvider; server: StreamProvider } {
  const [near, far] = memoryPair({ highWaterMark });
  const client = native(options)(near, "client");
  const server = native(options)(far, "server");
  onTestFinished(async () => {
    await Promise.all([client.close(), server.close()]);
  });
  return { client, server };
}

export async function readAll(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return bytes(...chunks);
}
