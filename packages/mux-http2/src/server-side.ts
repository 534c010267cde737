// The end that was connected to: the streams it opens are answers to requests that the client parked.

import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { StreamsError } from "streams-core";
import { NO_ERROR } from "./codes.js";
import { addFields, newFields, PARKING, toForeignHeaders } from "./fields.js";
import { ParkingLot } from "./parking.js";
import { wasCut } from "./reset-wire.js";
import type { Side, SideHost } from "./side.js";
import { expectPreface } from "./sniff.js";
import { H2Stream } from "./stream.js";
import { connectServer, makeRoomForParking } from "./wire.js";

export class ServerSide implements Side {
  readonly #host: SideHost;
  readonly #lot = new ParkingLot();
  #makeRoom: () => void = () => {};
  #greeted = false;
  #count = 0;

  constructor(host: SideHost) {
    this.#host = host;
  }

  start(): void {
    const { options } = this.#host;
    const { duplex } = this.#host.pipe;
    const begin = (): void => {
      const session = connectServer(duplex, options);
      session.on("stream", (wire, fields) => this.#onStream(wire, fields));
      this.#makeRoom = () => makeRoomForParking(session, options);
      this.#host.use(session);
    };
    expectPreface(duplex, begin, (error) => this.#host.fail(error));
  }

  greeted(): void {
    this.#greeted = true;
    if (this.#host.ours) this.#makeRoom();
    else this.#lot.fail(notOurs());
  }

  open(headers: Headers | undefined): H2Stream {
    if (this.#greeted && !this.#host.ours) throw notOurs();
    const fields = addFields(newFields({ ":status": 200 }), headers, this.#host.options.headers);
    this.#count += 1;
    const stream = new H2Stream(this.#host, `s${this.#count}`, true, fields);
    const waiting = this.#lot.queued;
    if (waiting >= this.#host.options.maxQueuedOpens) {
      const text = `${waiting} streams wait for the client already; open fewer at a time.`;
      stream.fail(new StreamsError("ERR_REFUSED", text, { retryable: true, headers: new Headers() }));
      return stream;
    }
    this.#host.add(stream);
    this.#lot.open(stream, fields);
    return stream;
  }

  get unopened(): number {
    return this.#lot.queued;
  }

  drop(error: StreamsError): void {
    this.#lot.fail(error);
  }

  forget(stream: H2Stream): void {
    this.#lot.forget(stream);
  }

  /** GOAWAY of a client does not speak of its own requests, on which these streams run. */
  above(): boolean {
    return false;
  }

  stop(): void {
    this.#lot.close();
  }

  #onStream(wire: ServerHttp2Stream, fields: IncomingHttpHeaders): void {
    const { ours, options } = this.#host;
    // Reset before it got here: nobody saw it.
    if (wire.destroyed || wire.closed) {
      wire.on("error", () => {});
      return this.#host.wasReset();
    }
    if (ours && fields[":path"] === PARKING) return this.#park(wire);
    const source = ours ? fields : () => toForeignHeaders(fields, options.path);
    this.#host.arrive(new H2Stream(this.#host, wire.id ?? 0, false, source), wire);
  }

  #park(wire: ServerHttp2Stream): void {
    wire.once("close", () => {
      if (wire.rstCode !== NO_ERROR && !wasCut(wire)) this.#host.wasReset();
    });
    this.#lot.add(wire);
  }
}

function notOurs(): StreamsError {
  return new StreamsError(
    "ERR_UNSUPPORTED",
    "The client is another HTTP/2 program, and in HTTP/2 only clients open streams; use mux-http2 on both ends.",
    { retryable: true },
  );
}
