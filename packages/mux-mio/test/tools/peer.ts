// A peer that says whatever a test wants, over memory, and notes every frame it gets.

import { type MioOptions, mio } from "mux-mio";
import { type Conn, isStreamsError, memoryPair, type StreamProvider, type StreamsError } from "streams-core";
import { onTestFinished } from "vitest";
import { bytes, type Frame, parse } from "./frames.js";

export interface PeerOptions extends MioOptions {
  /** The role of the session under test. Default: server. */
  readonly role?: "client" | "server";
}

/** As to the original, unless the options say otherwise. */
export class RawPeer {
  readonly session: StreamProvider;
  readonly conn: Conn;
  frames: Frame[] = [];
  #held: Uint8Array = new Uint8Array(0);
  /** Resolves when the session's side of the transport is over. */
  readonly ended: Promise<void>;

  constructor({ role = "server", ...options }: PeerOptions = {}) {
    const [near, far] = memoryPair({ highWaterMark: 1 << 20 });
    this.conn = far;
    this.session = mio({ peer: "stock", closeDelay: 1, ...options })(near, role);
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

  /** What came with the given flags, as lines of flags, id and size. */
  get said(): string[] {
    return this.frames.map(({ flags, id, size }) => `${flags.toString(16).padStart(2, "0")} ${id} ${size}`);
  }

  /** What came since this was last asked. */
  heard(): string[] {
    const lines = this.said;
    this.frames = [];
    return lines;
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

/** Some turns of the event loop: everything that could be done at once has been. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

export async function errorOf(work: Promise<unknown> | undefined): Promise<StreamsError> {
  const error: unknown = await Promise.resolve(work).then(
    (value) => new Error(`It gave ${JSON.stringify(value)} where an error was due.`),
    (reason: unknown) => reason,
  );
  if (!isStreamsError(error)) throw error;
  return error;
}

export function text(chunk: Uint8Array | null | undefined): string {
  return chunk === null || chunk === undefined ? "<end>" : Buffer.from(chunk).toString();
}
