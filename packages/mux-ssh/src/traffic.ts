// Looks at what goes over the connection as a whole: floods, ignored windows, and when new keys are due.

import { StreamsError } from "streams-core";
import type { SocketDuplex } from "streams-core/node";
import { floods } from "./faults.js";
import type { SshStream } from "./stream.js";

/** Bytes waiting in the connection that only a peer that asks and does not read can cause. */
const FLOODED = 64 * 1024 * 1024;
/** Bytes between two looks at what each stream holds. */
const LOOK = 4 * 1024 * 1024;
/** Unread bytes of one stream that no peer can cause that heeds its window: ssh2 grants 2 MiB. */
const UNREAD = 4 * 1024 * 1024;

export class Traffic {
  readonly #sock: SocketDuplex;
  readonly #streams: ReadonlyMap<number, SshStream>;
  readonly #rekeyBytes: number;
  #lookAt = LOOK;
  #rekeyAt: number;

  constructor(sock: SocketDuplex, streams: ReadonlyMap<number, SshStream>, rekeyBytes: number) {
    this.#sock = sock;
    this.#streams = streams;
    this.#rekeyBytes = rekeyBytes;
    this.#rekeyAt = rekeyBytes;
  }

  /** Called when bytes came. @throws ERR_CALM, ERR_FLOW_CONTROL */
  look(): void {
    if (this.#sock.writableLength > FLOODED) throw floods("asks without reading the answers");
    if (this.#sock.bytesRead < this.#lookAt) return;
    this.#lookAt = this.#sock.bytesRead + LOOK;
    for (const stream of this.#streams.values()) {
      if (stream.unread <= UNREAD) continue;
      throw new StreamsError("ERR_FLOW_CONTROL", "The peer sent more than its window.", { remote: true });
    }
  }

  /** Whether new keys are due; says so once each time. */
  rekeyDue(): boolean {
    const moved = this.#sock.bytesRead + this.#sock.bytesWritten;
    if (moved < this.#rekeyAt) return false;
    this.#rekeyAt = moved + this.#rekeyBytes;
    return true;
  }
}
