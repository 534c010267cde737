// A peer that says whatever a test wants, over memory, and notes every frame it gets.

import { type YamuxOptions, yamux } from "mux-yamux";
import { type Conn, isStreamsError, memoryPair, type StreamProvider, type StreamsError } from "streams-core";
import { onTestFinished } from "vitest";
import { bytes, type Frame, parse } from "./frames.js";

export interface PeerOptions extends YamuxOptions {
  /** The role of the session under test. Default: server. */
  readonly role?: "client" | "server";
}

export class RawPeer {
  readonly session: StreamProvider;
  readonly conn: Conn;
  readonly frames: Frame[] = [];
  /** Resolves when the session's side of the transport is over. */
  readonly ended: Promise<void>;
  #held: Uint8Array = new Uint8Array(0);

  /** Its session takes the peer for an original, unless the test says otherwise. */
  constructor({ role = "server", peer = "stock", ...options }: PeerOptions = {}) {
    const [near, far] = memoryPair({ highWaterMark: 1 << 20 });
    this.conn = far;
    this.session = yamux({ peer, ...options })(near, role);
    this.ended = this.#readAll();
    onTestFinished(async () => {
      far.reset();
      await this.session.close();
    });
  }

  /** Sends, and resolves when the session has had time to answer. */
  async send(...parts: readonly Uint8Array[]): Promise<void> {
    await this.conn.write(bytes(...parts));
    await turn();
  }

  /** What came of the given type, the first pings that measure the round trip left out. */
  of(type: number, flags?: number): Frame[] {
    return this.frames.filter((frame) => frame.type === type && (flags === undefined || frame.flags === flags));
  }

  /** Type, flags, stream and length of what came, without pings. */
  get said(): string[] {
    const shown = this.frames.filter(({ type }) => type !== 2);
    return shown.map(({ type, flags, id, length }) => [type, flags, id, length].join(" "));
  }

  /** What the session failed with. */
  failure(): Promise<StreamsError> {
    return errorOf(this.session.closed);
  }

  async #readAll(): Promise<void> {
    try {
      for await (const chunk of this.conn) {
        this.#held = bytes(this.#held, chunk);
        const { frames, used } = parse(this.#held);
        this.frames.push(...frames);
        this.#held = this.#held.subarray(used);
      }
      await this.conn.close();
    } catch {
      // The session broke the connection off.
    }
  }
}

/** A turn of the event loop: everything that could be done at once has been. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export async function errorOf(work: Promise<unknown>): Promise<StreamsError> {
  const error: unknown = await work.then(
    (value) => new Error(`It gave ${JSON.stringify(value)} where an error was due.`),
    (reason: unknown) => reason,
  );
  if (!isStreamsError(error)) throw error;
  return error;
}

export function text(chunk: Uint8Array | null | undefined): string {
  return chunk === null || chunk === undefined ? "<end>" : Buffer.from(chunk).toString();
}
