// An original in JavaScript as a peer: it runs in this process, at the other end of a socket.

import { connect, type Socket } from "node:net";
import { handled } from "streams-core/kit";
import { randomBytes, Tally } from "./bytes.js";
import { type Peer, PeerError, type PeerStream, type Transfer, type WriteOptions } from "./peer.js";

/** A session of such an original, over a socket. */
export interface LocalSession {
  open(): Promise<LocalStream>;
  /** Calls back with every stream of the other end. */
  onStream(arrived: (stream: LocalStream) => void): void;
  ping(): Promise<void>;
  goAway(code: number): Promise<void>;
  close(): Promise<void>;
}

/** A stream of such an original. Its errors are its own. */
export interface LocalStream {
  readonly number: number;
  /** What comes next; `null` at the end. */
  read(): Promise<Uint8Array | null>;
  write(chunk: Uint8Array): Promise<void>;
  closeWrite(): Promise<void>;
  close(): Promise<void>;
  reset(): void;
}

/** Dials and makes the session. */
export async function localPeer(port: number, make: (socket: Socket) => LocalSession): Promise<Peer> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  socket.on("error", () => {});
  return new Local(socket, make(socket));
}

class Local implements Peer {
  readonly #socket: Socket;
  readonly #session: LocalSession;
  readonly #arrived: PeerStream[] = [];
  readonly #accepting: ((stream: PeerStream) => void)[] = [];

  constructor(socket: Socket, session: LocalSession) {
    this.#socket = socket;
    this.#session = session;
    session.onStream((stream) => {
      const one = new LocalPeerStream(stream);
      const accept = this.#accepting.shift();
      if (accept === undefined) this.#arrived.push(one);
      else accept(one);
    });
  }

  open(): Promise<PeerStream> {
    return faulty(async () => new LocalPeerStream(await this.#session.open()));
  }

  accept(): Promise<PeerStream> {
    const arrived = this.#arrived.shift();
    if (arrived !== undefined) return Promise.resolve(arrived);
    return new Promise((resolve) => this.#accepting.push(resolve));
  }

  ping(): Promise<void> {
    return faulty(() => this.#session.ping());
  }

  goAway(code = 0): Promise<void> {
    return faulty(() => this.#session.goAway(code));
  }

  close(): Promise<void> {
    return faulty(() => this.#session.close());
  }

  async hangUp(): Promise<void> {
    this.#socket.destroy();
  }

  async abort(): Promise<void> {
    this.kill();
  }

  kill(): void {
    this.#socket.resetAndDestroy();
  }

  do(op: string): Promise<unknown> {
    return Promise.reject(new PeerError({ message: `this session cannot ${op}` }));
  }

  async dispose(): Promise<void> {
    await this.#session.close().catch(() => {});
    this.#socket.destroy();
  }
}

class LocalPeerStream implements PeerStream {
  readonly headers: Readonly<Record<string, string>> = {};
  readonly #stream: LocalStream;
  /** What was read and not asked for. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(stream: LocalStream) {
    this.#stream = stream;
  }

  get number(): number {
    return this.#stream.number;
  }

  async write(length: number, seed: number, { piece = 32 * 1024 }: WriteOptions = {}): Promise<Transfer> {
    const bytes = randomBytes(seed, length);
    return this.#writeAll(
      Array.from({ length: Math.ceil(length / piece) }, (_, i) => bytes.slice(i * piece, (i + 1) * piece)),
    );
  }

  writeHex(hex: string): Promise<Transfer> {
    return this.#writeAll([new Uint8Array(Buffer.from(hex, "hex"))]);
  }

  async read(length: number = Number.POSITIVE_INFINITY): Promise<Transfer> {
    const tally = new Tally();
    try {
      while (tally.length < length) {
        const chunk = await this.#next(length - tally.length);
        if (chunk === null) return tally.done(true);
        tally.add(chunk);
      }
      return tally.done(false);
    } catch (error) {
      return tally.done(false, error);
    }
  }

  async echo(length: number = Number.POSITIVE_INFINITY): Promise<Transfer> {
    const tally = new Tally();
    try {
      for (let chunk = await this.#next(); chunk !== null; chunk = await this.#next()) {
        tally.add(chunk);
        await this.#stream.write(chunk.slice());
        if (tally.length >= length) return tally.done(false);
      }
      await this.#stream.closeWrite();
      return tally.done(true);
    } catch (error) {
      return tally.done(false, error);
    }
  }

  closeWrite(): Promise<void> {
    return faulty(() => this.#stream.closeWrite());
  }

  close(): Promise<void> {
    return faulty(() => this.#stream.close());
  }

  async reset(): Promise<void> {
    this.#stream.reset();
  }

  do(op: string): Promise<unknown> {
    return Promise.reject(new PeerError({ message: `this stream cannot ${op}` }));
  }

  async #next(most: number = Number.POSITIVE_INFINITY): Promise<Uint8Array | null> {
    const chunk = this.#rest.byteLength > 0 ? this.#rest : await this.#stream.read();
    this.#rest = chunk?.subarray(most) ?? new Uint8Array(0);
    return chunk?.subarray(0, most) ?? null;
  }

  async #writeAll(pieces: readonly Uint8Array[]): Promise<Transfer> {
    const tally = new Tally();
    try {
      for (const piece of pieces) {
        tally.add(piece);
        await this.#stream.write(piece);
      }
      return tally.done(false);
    } catch (error) {
      return tally.done(false, error);
    }
  }
}

/** What the original's own errors are, as a Go peer tells them. */
function faulty<T>(work: () => Promise<T>): Promise<T> {
  const done = work().catch((error: unknown) => {
    throw new PeerError({ message: String(error) });
  });
  return handled(done);
}
