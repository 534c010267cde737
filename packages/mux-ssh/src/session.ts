// The session as the contract has it.

import {
  type CloseInfo,
  type Features,
  type HeaderInit,
  type Listener,
  type NewStreamOptions,
  type OpOptions,
  type SessionStats,
  type Stream,
  type StreamHandler,
  type StreamProvider,
  StreamsError,
} from "streams-core";
import { encodeHeaders, handled, raceAbort, rejected } from "streams-core/kit";
import type { SocketDuplex } from "streams-core/node";
import { SessionCore, type SessionSetting } from "./core.js";

const EMPTY = new Uint8Array(0);

export class SshSession implements StreamProvider {
  readonly #core: SessionCore;

  constructor(sock: SocketDuplex, setting: SessionSetting) {
    this.#core = new SessionCore(sock, setting);
  }

  get features(): Features {
    const { seemsOurs: ours, bothOpen } = this.#core;
    return {
      headers: ours ? "preamble" : "none",
      opens: bothOpen ? "both" : "client",
      flowControl: "stream",
      halfClose: true,
      resetCode: ours,
      ping: ours,
      priority: false,
      drain: ours,
    };
  }

  get ready(): Promise<void> {
    return this.#core.ready.promise;
  }

  get closed(): Promise<CloseInfo> {
    return this.#core.closed.promise;
  }

  newStream(init?: HeaderInit, options?: NewStreamOptions): Promise<Stream> {
    if (options?.signal?.aborted) return rejected(options.signal.reason);
    const { outbound, headerLimits } = this.#core;
    try {
      this.#core.mayOpen();
      return Promise.resolve(outbound.create(init === undefined ? EMPTY : encodeHeaders(init, headerLimits)));
    } catch (error) {
      return rejected(error);
    }
  }

  listen(handler?: StreamHandler): Listener {
    return this.#core.acceptor.listen(handler);
  }

  ping(options?: OpOptions): Promise<number> {
    const signal = options?.signal;
    return handled(
      raceAbort(this.ready, signal).then(() => {
        if (this.#core.error !== undefined) throw this.#core.error;
        if (this.#core.ours) return this.#core.control.ping(signal);
        throw new StreamsError(
          "ERR_UNSUPPORTED",
          "ssh2 cannot measure a round trip to a stock peer; see features.ping.",
        );
      }),
    );
  }

  stats(): SessionStats {
    const { sock, streams, outbound, inbound, control } = this.#core;
    return {
      bytesIn: sock.bytesRead,
      bytesOut: sock.bytesWritten,
      streamsOpen: streams.size,
      streamsOpened: outbound.opened,
      streamsAccepted: inbound.accepted,
      roundTrip: control.roundTrip,
      *streams() {
        for (const stream of streams.values()) yield stream.stats();
      },
    };
  }

  shutdown(options?: OpOptions): Promise<void> {
    if (options?.signal?.aborted) return rejected(options.signal.reason);
    const core = this.#core;
    core.drain();
    const done = core.drained.promise.then(() => core.endCleanly(0, "", core.limits.handshakeTimeout));
    return handled(raceAbort(done, options?.signal));
  }

  close(info: { readonly code?: number; readonly reason?: string } = {}): Promise<void> {
    return this.#core.endCleanly(info.code ?? 0, info.reason ?? "");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
