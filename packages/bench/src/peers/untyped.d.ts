// What the bench uses of packages that bring no types.

declare module "multiplex" {
  import type { Duplex } from "node:stream";

  interface Multiplex extends Duplex {
    createStream(): Duplex;
  }
  function multiplex(options: { halfOpen: boolean }, onStream?: (stream: Duplex) => void): Multiplex;
  export = multiplex;
}

declare module "bpmux" {
  import type { Duplex, DuplexOptions } from "node:stream";
  export class BPMux {
    constructor(carrier: Duplex, options: { max_open?: number; peer_multiplex_options?: DuplexOptions });
    on(event: "peer_multiplex", listener: (duplex: Duplex) => void): this;
    on(event: "error", listener: (error: Error) => void): this;
    multiplex(options: DuplexOptions): Duplex;
  }
}

declare module "framed-stream" {
  import type { Duplex } from "node:stream";

  class FramedStream extends Duplex {
    constructor(socket: Duplex);
  }
  export = FramedStream;
}

declare module "protomux" {
  import type { Duplex } from "node:stream";

  interface Message {
    send(data: Uint8Array): boolean;
  }
  interface Channel {
    addMessage(options: { encoding: object; onmessage: (message: Uint8Array) => void }): Message;
    open(): void;
    close(): void;
  }
  class Protomux {
    constructor(stream: Duplex);
    pair(options: { protocol: string }, callback: () => void): void;
    createChannel(options: { protocol: string; unique: boolean; onclose: () => void; ondrain: () => void }): Channel;
  }
  export = Protomux;
}

declare module "spdy-transport" {
  import type { Duplex } from "node:stream";

  interface Stream extends Duplex {
    respond(status: number, headers: object): void;
  }
  interface Connection {
    start(version: number): void;
    request(
      options: { method: string; path: string; headers: object },
      callback: (error: Error | null, stream: Stream) => void,
    ): void;
    on(event: "stream", listener: (stream: Stream) => void): this;
    on(event: "error", listener: (error: Error) => void): this;
  }
  const transport: {
    connection: {
      create(
        socket: Duplex,
        options: { protocol: "spdy" | "http2"; isServer: boolean; windowSize?: number; maxStreams?: number },
      ): Connection;
    };
  };
  export = transport;
}
