// The end that connected: the streams it opens are requests, and it parks requests for those of the server.

import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from "node:http2";
import { type Priority, StreamsError } from "streams-core";
import { addFields, newFields, PARKING } from "./fields.js";
import { Parked } from "./parking.js";
import type { Side, SideHost } from "./side.js";
import { H2Stream } from "./stream.js";
import { connectClient } from "./wire.js";

export class ClientSide implements Side {
  readonly unopened = 0;
  readonly #host: SideHost;
  /** What a stream without headers is opened with. */
  readonly #bare: OutgoingHttpHeaders;
  readonly #parked: Parked;
  #session: ClientHttp2Session | undefined;

  constructor(host: SideHost) {
    this.#host = host;
    const { authority, parked, path, maxInboundStreams } = host.options;
    const scheme = host.pipe.secure ? "https" : "http";
    const bare = { ":method": "POST", ":scheme": scheme, ":authority": authority, ":path": path };
    this.#bare = bare;
    this.#parked = new Parked(
      parked,
      parked + maxInboundStreams,
      () => this.#request({ ...bare, ":path": PARKING }),
      (wire, fields) => host.arrive(new H2Stream(host, wire.id ?? 0, false, fields), wire),
    );
  }

  start(): void {
    const { pipe, options } = this.#host;
    if (!pipe.direct) pipe.duplex.once("data", (bytes: Uint8Array) => this.#host.sees(bytes));
    this.#session = connectClient(pipe.duplex, options);
    this.#host.use(this.#session);
  }

  greeted(): void {
    if (this.#host.ours) this.#parked.fill();
  }

  open(headers: Headers | undefined, priority: Priority | undefined): H2Stream {
    let fields = this.#bare;
    if (headers !== undefined || priority !== undefined) {
      fields = addFields(newFields(fields), headers, this.#host.options.headers);
      // A hint for servers that know RFC 9218; nghttp2's scheduling below node:http2 does not follow it.
      if (priority !== undefined) fields.priority ??= priorityField(priority);
    }
    const wire = this.#request(fields);
    if (wire === undefined) {
      throw new StreamsError("ERR_TRANSPORT_LOST", "The connection has just ended; open a new session.", {
        remote: true,
        retryable: true,
      });
    }
    if (wire.id === undefined) {
      wire.on("error", () => {});
      throw new StreamsError("ERR_STREAMS_EXHAUSTED", "The connection has no stream ids left; open a new session.", {
        retryable: true,
      });
    }
    const stream = new H2Stream(this.#host, wire.id, true, fields);
    this.#host.add(stream);
    stream.attach(wire);
    return stream;
  }

  drop(): void {}

  forget(): void {}

  above(stream: H2Stream, lastId: number): boolean {
    return stream.local && Number(stream.id) > lastId;
  }

  stop(): void {
    this.#parked.stop();
  }

  #request(fields: OutgoingHttpHeaders): ClientHttp2Stream | undefined {
    const session = this.#session;
    if (session === undefined || session.closed || session.destroyed) return undefined;
    return session.request(fields, { endStream: false });
  }
}

/** RFC 9218 section 4. */
function priorityField({ urgency = 3, incremental = false }: Priority): string {
  return incremental ? `u=${urgency}, i` : `u=${urgency}`;
}
