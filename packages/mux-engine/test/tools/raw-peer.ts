// A peer that says whatever a test of a wire wants, over memory, and notes every frame it gets.

import type { Role } from "mux-engine";
import { type Conn, isStreamsError, type Mux, memoryPair, type StreamProvider, type StreamsError } from "streams-core";
import { onTestFinished } from "vitest";

/** The whole frames at the start of `input`, and how many bytes they take. */
export type Parse<Frame> = (input: Uint8Array) => { frames: Frame[]; used: number };

/** What a wire's own adds is how it calls its frames. */
export class RawPeerOf<Frame> {
  readonly session: StreamProvider;
  readonly conn: Conn;
  /** The session's end of the transport. */
  readonly near: Conn;
  frames: Frame[] = [];
  /** Resolves when the session's side of the transport is over. */
  readonly ended: Promise<void>;

  /** @param role of the session under test */
  constructor(mux: Mux, role: Role, parse: Parse<Frame>) {
    const [near, far] = memoryPair({ highWaterMark: 1 << 20 });
    this.conn = far;
    this.near = near;
    this.session = mux(near, role);
    this.ended = this.#readAll(parse);
    onTestFinished(async () => {
      far.reset();
      await this.session.close();
    });
  }

  /** Sends, and resolves when the session has had time to answer. */
  async send(...parts: readonly Uint8Array[]): Promise<void> {
    await this.conn.write(joined(...parts));
    await untilTaken(this.session);
  }

  /** What the session failed with. */
  failure(): Promise<StreamsError> {
    return errorOf(this.session.closed);
  }

  async #readAll(parse: Parse<Frame>): Promise<void> {
    let held = new Uint8Array(0);
    try {
      for await (const chunk of this.conn) {
        held = joined(held, chunk);
        const { frames, used } = parse(held);
        this.frames.push(...frames);
        held = held.subarray(used);
      }
      await this.conn.close();
    } catch {
      // The session broke the connection off.
    }
  }
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(parts));

/** Some turns of the event loop: everything that could be done at once has been. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Turns of the event loop until a session takes nothing more: what makes much work is taken in many of them. */
export async function untilTaken(session: StreamProvider): Promise<void> {
  for (let taken = -1; taken !== session.stats().bytesIn; ) {
    taken = session.stats().bytesIn;
    await turn();
  }
}

/** What it rejects with. @throws if it does not, or with anything but a StreamsError */
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
