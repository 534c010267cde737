// spdy-transport of npm as a peer: SPDY/3.1 with windows, and with HTTP's headers on every stream.

import { createRequire } from "node:module";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { LocalSession, LocalStream } from "../../local-peer.js";
import type { Role } from "../../peer.js";

interface TransportStream extends Duplex {
  readonly id: number;
  respond(status: number, headers: Record<string, string>): void;
  abort(): void;
}

interface Connection {
  start(version: number): void;
  on(event: "stream", listener: (stream: TransportStream) => void): void;
  on(event: "error", listener: (error: unknown) => void): void;
  request(uri: object, done: (error: unknown, stream: TransportStream) => void): void;
  ping(done: () => void): void;
  end(): void;
}

interface Transport {
  readonly connection: { create(socket: Socket, options: object): Connection };
}

const transport: Transport = createRequire(import.meta.url)("spdy-transport");

export class TransportSession implements LocalSession {
  readonly #connection: Connection;

  constructor(socket: Socket, role: Role) {
    this.#connection = transport.connection.create(socket, {
      protocol: "spdy",
      isServer: role === "server",
    });
    this.#connection.on("error", () => {});
    this.#connection.start(3.1);
  }

  open(): Promise<LocalStream> {
    return new Promise((resolve, reject) => {
      const uri = { method: "POST", path: "/", host: "localhost", headers: { kind: "echo" } };
      this.#connection.request(uri, (error, stream) => {
        if (error) reject(error);
        else resolve(new OneStream(stream));
      });
    });
  }

  onStream(arrived: (stream: LocalStream) => void): void {
    this.#connection.on("stream", (stream) => {
      const one = new OneStream(stream);
      stream.respond(200, { answer: "yes" });
      arrived(one);
    });
  }

  ping(): Promise<void> {
    return new Promise((resolve) => this.#connection.ping(resolve));
  }

  async goAway(): Promise<void> {
    this.#connection.end();
  }

  async close(): Promise<void> {
    this.#connection.end();
  }
}

class OneStream implements LocalStream {
  readonly number: number;
  readonly #stream: TransportStream;
  /** How reading is over: `null` for an end. */
  #over: Error | null | undefined;
  #changed: () => void = () => {};

  constructor(stream: TransportStream) {
    this.number = stream.id;
    this.#stream = stream;
    stream.on("readable", () => this.#changed());
    stream.on("end", () => this.#end(null));
    stream.on("error", (error) => this.#end(error));
    // An abort brings its error along.
    stream.on("close", (error: Error | undefined) => this.#end(error ?? null));
  }

  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk: Uint8Array | null = this.#stream.read();
      if (chunk !== null) return chunk;
      if (this.#over instanceof Error) throw this.#over;
      if (this.#over === null) return null;
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  #end(how: Error | null): void {
    if (this.#over === undefined) this.#over = how;
    this.#changed();
  }

  write(chunk: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
  }

  async closeWrite(): Promise<void> {
    this.#stream.end();
  }

  close(): Promise<void> {
    return this.closeWrite();
  }

  reset(): void {
    this.#stream.abort();
  }
}
