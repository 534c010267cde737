// mux-native over TCP, each stream used as web streams.

import type { StreamProvider } from "streams-core";
import { toWeb } from "streams-core/web";
import { tcp } from "transport-tcp";
import type { Peer } from "../peer.js";
import { fail, type Pipe, type PipeUser } from "../pipe.js";
import { PipeClient } from "../pipe-client.js";
import { servePipe } from "../pipe-server.js";
import { nativeOver } from "./native.js";

export const nativeWeb: Peer = {
  async serve(target) {
    const server = await nativeOver(tcp(), target).serve(new URL("native+tcp://127.0.0.1:0"));
    void (async () => {
      for await (const session of server) serveSession(session).catch(fail);
    })();
    return Number(server.url.port);
  },
  async connect(target) {
    const session = await nativeOver(tcp(), target).connect(new URL(`native+tcp://127.0.0.1:${target.port}`));
    return new PipeClient({
      halfClose: true,
      open: (_headers, opened) => void session.newStream().then((stream) => opened(new WebPipe(toWeb(stream))), fail),
    });
  },
};

async function serveSession(session: StreamProvider): Promise<void> {
  for await (const stream of session.listen()) servePipe(new WebPipe(toWeb(stream)));
}

/** Writes until the writer wants no more, then waits for `ready`, as users of web streams do. */
class WebPipe implements Pipe {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #user: PipeUser | undefined;
  readonly #drained = (): void => this.#user?.drain();

  constructor({ readable, writable }: ReturnType<typeof toWeb>) {
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
  }

  use(user: PipeUser): void {
    const before = this.#user;
    this.#user = user;
    if (before === undefined) this.#read().catch(fail);
  }

  write(chunk: Uint8Array): boolean {
    this.#writer.write(chunk).catch(fail);
    if ((this.#writer.desiredSize ?? 0) > 0) return true;
    this.#writer.ready.then(this.#drained, fail);
    return false;
  }

  end(): void {
    this.#writer.close().catch(fail);
  }

  async #read(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return this.#user?.end();
      this.#user?.data(value);
    }
  }
}
