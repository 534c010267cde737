// A peer that says whatever a script wants, over memory, and notes what a session answers.

import type { Role, SessionOptions } from "mux-engine";
import { type Conn, isStreamsError, memoryPair, type StreamProvider, type StreamsError } from "streams-core";
import { concat } from "./bytes.js";
import type { HostileCodec, Seen } from "./codec.js";
import type { Pending } from "./watched.js";

export interface PeerOptions extends SessionOptions {
  /** The role of the session under test. Default: server. */
  readonly role?: Role;
  /** Whether the peer starts with its preface. Default true. */
  readonly greets?: boolean;
  /** Whether it reads. Default true. */
  readonly reads?: boolean;
  /** The window that its preface announces. */
  readonly window?: number;
  /** Bytes that may wait between the two before a writer is told to wait. Default 1 MiB. */
  readonly highWaterMark?: number;
}

export class HostilePeer {
  readonly session: StreamProvider;
  readonly conn: Conn;
  /** What came, as long as the peer reads. */
  seen: Seen[] = [];
  readonly #codec: HostileCodec;
  readonly #understand: (chunk: Uint8Array) => Seen[];
  readonly #speak: (frames: Uint8Array) => Uint8Array;
  #over: Promise<void> = Promise.resolve();

  constructor(codec: HostileCodec, pending: Pending, options: PeerOptions = {}) {
    const { role = "server", greets = true, reads = true, window, highWaterMark = 1 << 20, ...limits } = options;
    const [near, far] = memoryPair({ highWaterMark });
    this.#codec = codec;
    this.#understand = codec.reader(role);
    this.#speak = codec.speaker?.(role === "server" ? "client" : "server") ?? ((frames) => frames);
    this.conn = far;
    this.session = pending.watch(codec.mux(limits)(near, role));
    if (reads) this.read();
    if (greets) this.say(codec.preface(role === "server" ? "client" : "server", window));
  }

  /** Reads from now on. */
  read(): void {
    this.#over = this.#readAll();
  }

  /** Sends without waiting for anything. */
  say(...parts: readonly Uint8Array[]): void {
    void this.conn.write(this.#speak(concat(...parts)));
  }

  /** Sends, and gives the session time to answer. */
  async send(...parts: readonly Uint8Array[]): Promise<void> {
    this.say(...parts);
    // What makes much work is taken in many turns.
    for (let taken = -1; taken !== this.session.stats().bytesIn; ) {
      taken = this.session.stats().bytesIn;
      await turn();
    }
  }

  of(kind: Seen["kind"], id?: number): Seen[] {
    return this.seen.filter((frame) => frame.kind === kind && (id === undefined || frame.id === id));
  }

  /** What the session failed with. @throws if it ended cleanly */
  async failure(): Promise<StreamsError> {
    let over = false;
    const note = (): void => {
      over = true;
    };
    this.session.closed.then(note, note);
    await until("the session is over", () => over);
    return errorOf(this.session.closed);
  }

  /** The code that the session's last frame said. */
  async closeCode(): Promise<number | undefined> {
    let over = false;
    void this.#over.then(() => {
      over = true;
    });
    // The connection of a flood outlives the session, and not every wire has such a frame.
    for (let turns = 0; turns < 1000 && !over && this.of("close").length === 0; turns += 1) await turn();
    return this.of("close")[0]?.value;
  }

  /** What the session should say last when it ends with the error that it ended with. */
  expectedCode(error: StreamsError): number | undefined {
    return this.#codec.closeCode(error.code);
  }

  async #readAll(): Promise<void> {
    try {
      for await (const chunk of this.conn) for (const frame of this.#understand(chunk)) this.seen.push(frame);
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

/** @throws when it is still not so after many turns */
export async function until(what: string, condition: () => boolean): Promise<void> {
  for (let i = 0; !condition(); i += 1) {
    if (i === 5000) throw new Error(`It never came to this: ${what}.`);
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
