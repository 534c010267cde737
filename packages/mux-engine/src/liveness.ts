// Deadlines: the handshake, a silent peer, a transport that takes nothing, half-closed streams that nobody finishes. It is told
// the time and owns no timer.

import type { StreamsError } from "streams-core";
import { byPeer } from "streams-core/kit";
import type { Limits } from "./options.js";

export type Alarm = "handshake" | "silence" | "keepalive" | "beacon" | "stall" | "sweep";

export interface LivenessHost {
  /** The peer has said nothing since the start. */
  silence(): void;
  /** Shows the peer that this end lives. */
  beacon(): void;
  fail(error: StreamsError): void;
  /** Pings, so that a living peer shows it. */
  probe(): void;
  /** Looks for half-closed streams that are silent; called every quarter of their linger. False if no stream is half-closed. */
  sweep(): boolean;
}

/**
 * What everybody gets beyond a deadline, once. After the event loop was blocked, timers fire before the input that waited: what
 * the peer sent, and the transport took, must count first.
 */
const GRACE_MS = 1000;
/** A timer that is later than that was blocked. */
const BLOCKED_MS = 100;

export class Liveness {
  readonly #limits: Limits;
  readonly #host: LivenessHost;
  readonly #deadlines = new Map<Alarm, number>();
  /** Those whose grace has begun. */
  readonly #overdue = new Set<Alarm>();
  /** A factor from 0.9 to 1, so that many sessions do not ping at once. */
  readonly #jitter: number;
  #heardAt: number;
  /** Whether the peer was pinged since it was last heard. */
  #probed = false;
  #beaconInterval = Number.POSITIVE_INFINITY;
  /** What `later` was asked for, in no order. */
  #actions: { readonly at: number; readonly act: () => void }[] = [];

  /**
   * @param random from 0 to 1
   * @param patience milliseconds until silence
   */
  constructor(limits: Limits, host: LivenessHost, now: number, random: number, patience?: number) {
    this.#limits = limits;
    this.#host = host;
    this.#jitter = 0.9 + random / 10;
    this.#heardAt = now;
    // Silence, where it says something, ends what the other one bounds.
    if (patience === undefined) this.#deadlines.set("handshake", now + limits.handshakeTimeout);
    else this.#deadlines.set("silence", now + patience);
  }

  /** The earliest deadline, or Infinity. */
  get next(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const at of this.#deadlines.values()) if (at < next) next = at;
    for (const { at } of this.#actions) if (at < next) next = at;
    return next;
  }

  /** Any byte is a sign of life. */
  heard(now: number): void {
    this.#heardAt = now;
    if (!this.#probed) return;
    this.#probed = false;
    this.#overdue.delete("keepalive");
  }

  /**
   * The peer speaks this wire.
   * @param audible whether a living peer lets itself be heard
   */
  greeted(now: number, audible: boolean, beaconInterval?: number): void {
    this.#deadlines.delete("handshake");
    this.#deadlines.delete("silence");
    if (audible) this.#deadlines.set("keepalive", now + this.#interval);
    if (beaconInterval === undefined) return;
    this.#beaconInterval = beaconInterval;
    this.#deadlines.set("beacon", now + beaconInterval);
  }

  later(at: number, act: () => void): void {
    this.#actions.push({ at, act });
  }

  /** The transport asked to wait, or took some of what waits. */
  blocked(now: number): void {
    this.#overdue.delete("stall");
    this.#deadlines.set("stall", now + this.#limits.writeStallTimeout);
  }

  unblocked(): void {
    this.#deadlines.delete("stall");
  }

  /** A stream was half-closed. */
  lingering(now: number): void {
    if (!this.#deadlines.has("sweep")) this.#deadlines.set("sweep", now + this.#limits.halfCloseLinger / 4);
  }

  over(): void {
    this.#deadlines.clear();
    this.#actions = [];
  }

  tick(now: number): void {
    for (const [alarm, at] of this.#deadlines) {
      if (at > now) continue;
      this.#deadlines.delete(alarm);
      if (alarm === "silence" && now - at > BLOCKED_MS && !this.#overdue.has(alarm)) this.#listen(now);
      else this.#ring(alarm, now);
    }
    if (this.#actions.length > 0) this.#act(now);
  }

  #act(now: number): void {
    const due = this.#actions.filter(({ at }) => at <= now);
    this.#actions = this.#actions.filter(({ at }) => at > now);
    for (const { act } of due) act();
  }

  get #interval(): number {
    return this.#limits.keepaliveInterval * this.#jitter;
  }

  #ring(alarm: Alarm, now: number): void {
    const { handshakeTimeout, writeStallTimeout } = this.#limits;
    if (alarm === "handshake")
      this.#late(alarm, now, `The peer sent no preface within ${handshakeTimeout} ms (handshakeTimeout).`);
    else if (alarm === "stall")
      this.#late(alarm, now, `The transport took nothing for ${writeStallTimeout} ms (writeStallTimeout).`);
    else if (alarm === "keepalive") this.#keepalive(now);
    else if (alarm === "silence") this.#host.silence();
    else if (alarm === "beacon") this.#beacon(now);
    else if (this.#host.sweep()) this.lingering(now);
  }

  #keepalive(now: number): void {
    const { keepaliveTimeout } = this.#limits;
    // Compared as it is set: the rounding of a subtraction could set a deadline that is due at once, for ever.
    const due = this.#heardAt + this.#interval;
    if (due > now) {
      this.#deadlines.set("keepalive", due);
    } else if (!this.#probed) {
      this.#probed = true;
      this.#host.probe();
      this.#deadlines.set("keepalive", now + keepaliveTimeout);
    } else {
      const silence = `The peer was silent for ${Math.round(now - this.#heardAt)} ms, also when pinged`;
      this.#late("keepalive", now, `${silence} (keepaliveTimeout ${keepaliveTimeout}).`);
    }
  }

  /** What was silence to a blocked event loop may be a peer whose first word waits. */
  #listen(now: number): void {
    this.#overdue.add("silence");
    this.#deadlines.set("silence", now + GRACE_MS);
  }

  #beacon(now: number): void {
    this.#host.beacon();
    this.#deadlines.set("beacon", now + this.#beaconInterval);
  }

  #late(alarm: Alarm, now: number, message: string): void {
    if (this.#overdue.has(alarm)) return this.#host.fail(byPeer("ERR_TIMEOUT", message));
    this.#overdue.add(alarm);
    this.#deadlines.set(alarm, now + GRACE_MS);
  }
}
