// protomux over framed-stream. A channel has neither half-close nor credit, and its messages are bytes as they are.

import { createServer } from "node:net";
import FramedStream from "framed-stream";
import Protomux from "protomux";
import { dialLoopback, listenLoopback } from "../loopback.js";
import type { Peer } from "../peer.js";
import { fail, type Pipe, type PipeUser } from "../pipe.js";
import { PipeClient } from "../pipe-client.js";
import { servePipe } from "../pipe-server.js";

const PROTOCOL = "bench";

/** compact-encoding's `raw`: the rest of the message. */
const raw = {
  preencode(state: State, bytes: Uint8Array): void {
    state.end += bytes.byteLength;
  },
  encode(state: State, bytes: Uint8Array): void {
    state.buffer.set(bytes, state.start);
    state.start += bytes.byteLength;
  },
  decode(state: State): Uint8Array {
    const bytes = state.buffer.subarray(state.start, state.end);
    state.start = state.end;
    return bytes;
  },
};

interface State {
  start: number;
  end: number;
  readonly buffer: Uint8Array;
}

export const protomuxPeer: Peer = {
  async serve() {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const mux = new Protomux(new FramedStream(socket).on("error", fail));
      mux.pair({ protocol: PROTOCOL }, () => servePipe(new ChannelPipe(mux)));
    });
    return listenLoopback(server);
  },
  async connect({ port }) {
    const mux = new Protomux(new FramedStream(await dialLoopback(port)).on("error", fail));
    return new PipeClient({
      halfClose: false,
      open: (_headers, opened) => opened(new ChannelPipe(mux)),
    });
  },
};

class ChannelPipe implements Pipe {
  readonly #channel: ReturnType<Protomux["createChannel"]>;
  readonly #message: ReturnType<ReturnType<Protomux["createChannel"]>["addMessage"]>;
  #user: PipeUser | undefined;

  constructor(mux: Protomux) {
    this.#channel = mux.createChannel({
      protocol: PROTOCOL,
      unique: false,
      onclose: () => this.#user?.end(),
      ondrain: () => this.#user?.drain(),
    });
    this.#message = this.#channel.addMessage({ encoding: raw, onmessage: (bytes) => this.#user?.data(bytes) });
    this.#channel.open();
  }

  use(user: PipeUser): void {
    this.#user = user;
  }

  write(chunk: Uint8Array): boolean {
    return this.#message.send(chunk);
  }

  end(): void {
    this.#channel.close();
  }
}
