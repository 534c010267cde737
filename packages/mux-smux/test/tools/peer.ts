// A peer that says whatever a test wants, over memory, and notes every frame it gets: in place of the original.

import { type SmuxOptions, smux } from "mux-smux";
import { type Conn, isStreamsError, memoryPair, type StreamProvider, type StreamsError } from "streams-core";
import { onTestFinished } from "vitest";
import { bytes, type Frame, type Frames, framesOf, parse, shown } from "./frames.js";

export interface PeerOptions extends SmuxOptions {
  /** The role of the session under test. Default: server. */
  readonly role?: "client" | "server";
}

export class RawPeer {
  readonly session: StreamProvider;
  readonly conn: Conn;
  /** To speak with, in the session's version. */
  readonly say: Frames;
  readonly frames: Frame[] = [];
  #held: Uint8Array = new Uint8Array(0);

  constructor({ role = "server", ...options }: PeerOptions = {}) {
    const [near, far] = memoryPair({ highWaterMark: 1 << 20 });
    this.conn = far;
    this.say = framesOf(options.version ?? 1);
    this.session = smux(options)(near, role);
    void this.#readAll();
    onTestFinished(async () => {
      far.reset();
      await this.session.close();
    });
  }

  /** What came, in a few words a frame. */
  get seen(): string[] {
    return this.frames.map(shown);
  }

  /** Bytes of data that came on the stream. */
  bytesOn(id: number): number {
    return this.frames.reduce((sum, f) => (f.command === 2 && f.id === id ? sum + f.body.byteLength : sum), 0);
  }

  /** Sends, and resolves when the session has had time to answer. */
  async send(...parts: readonly Uint8Array[]): Promise<void> {
    await this.conn.write(bytes(...parts));
    // One turn for it to be read, one for the answer.
    await turn();
    await turn();
  }

  async #readAll(): Promise<void> {
    try {
      for await (const chunk of this.conn) {
        const { frames, used } = parse(bytes(this.#held, chunk));
        this.#held = bytes(this.#held, chunk).subarray(used);
        this.frames.push(...frames);
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

export async function errorOf(work: Promise<unknown> | undefined): Promise<StreamsError> {
  const error: unknown = await Promise.resolve(work).then(
    (value) => new Error(`It gave ${String(value)} where an error was due.`),
    (reason: unknown) => reason,
  );
  if (!isStreamsError(error)) throw error;
  return error;
}

export const text = (chunk: Uint8Array | null | undefined): string =>
  chunk ? Buffer.from(chunk).toString("latin1") : "<end>";
