// The windows of version 2. An UPD names how much of a stream was consumed since its start, modulo 2^32, and how much more than that
// may have been sent: a total, and not what is new. So both totals of both directions are kept here.

import { type Output, writeU32le } from "mux-engine";
import { byPeer } from "streams-core/kit";
import * as L from "./layout.js";

/** What a stream has carried since its start, and may have carried by now, in bytes. */
interface Totals {
  sent: number;
  maySend: number;
  received: number;
  mayReceive: number;
  /** What the peer must send before it is told: the original may not have noticed yet that it opened the stream. */
  awaits: "" | "data" | "data, for credit";
}

export class Windows {
  readonly #streams = new Map<number, Totals>();
  readonly #update: (out: Output, id: number) => number;

  /** @param update writes the head of an UPD, and returns where its body begins */
  constructor(update: (out: Output, id: number) => number) {
    this.#update = update;
  }

  /** @param theirs whether the peer opened it */
  open(id: number, theirs: boolean): void {
    const awaits = theirs ? "data" : "";
    this.#streams.set(id, { sent: 0, maySend: L.WINDOW, received: 0, mayReceive: L.WINDOW, awaits });
  }

  forget(id: number): void {
    this.#streams.delete(id);
  }

  sent(id: number, bytes: number): void {
    const totals = this.#streams.get(id);
    if (totals !== undefined) totals.sent += bytes;
  }

  /** Whether `say` is due now. */
  received(id: number, bytes: number): boolean {
    const totals = this.#streams.get(id);
    if (totals === undefined) return false;
    const { awaits } = totals;
    totals.received += bytes;
    totals.awaits = "";
    return awaits === "data, for credit";
  }

  /** The peer may send so many bytes more. */
  grant(out: Output, id: number, bytes: number): void {
    const totals = this.#streams.get(id);
    if (totals === undefined) return;
    totals.mayReceive += bytes;
    if (totals.awaits === "") this.say(out, id);
    else totals.awaits = "data, for credit";
  }

  /** Writes what the peer may send. */
  say(out: Output, id: number): void {
    const { received = 0, mayReceive = L.WINDOW } = this.#streams.get(id) ?? {};
    // What the window grew by was not consumed, and nobody can have consumed what was not sent.
    const consumed = Math.min(received, mayReceive - L.WINDOW);
    const at = this.#update(out, id);
    writeU32le(out.bytes, at, consumed);
    writeU32le(out.bytes, at + 4, mayReceive - consumed);
  }

  /**
   * The peer's UPD. Returns the bytes that this end may send more, or, below zero, less: the first UPD names the peer's real window.
   * @throws ERR_FLOW_CONTROL
   */
  update(id: number, consumed: number, window: number): number {
    const totals = this.#streams.get(id);
    // Of a stream that is over, or never was: the session knows.
    if (totals === undefined) return window;
    const inFlight = (totals.sent - consumed) | 0;
    if (inFlight < 0 || window > L.MAX_WINDOW) {
      const what = `consumed ${consumed} bytes (modulo 2^32) of ${totals.sent} and has a window of ${window}`;
      throw byPeer("ERR_FLOW_CONTROL", `The peer says of stream ${id} that it ${what}.`);
    }
    const before = totals.maySend;
    totals.maySend = totals.sent - inFlight + window;
    return totals.maySend - before;
  }
}
