// Pings a session again and again, and tells of each what became of it.

import type { Mux, StreamProvider } from "streams-core";

/** @param roundTrip milliseconds, or undefined if the answer to the beat is overdue */
export type OnBeat = (roundTrip: number | undefined) => void;

/** The mux, whose sessions beat from the start, one beat at a time. */
export function beating(mux: Mux, interval: number, tolerance: number, onBeat: OnBeat | undefined): Mux {
  return (conn, role) => {
    const session = mux(conn, role);
    session.ready.then(
      () => beat(session, interval, tolerance, onBeat ?? (() => {})),
      () => {},
    );
    return session;
  };
}

function beat(session: StreamProvider, interval: number, tolerance: number, onBeat: OnBeat): void {
  let missed: ReturnType<typeof setTimeout> | undefined;
  const next = (): void => {
    missed = later(() => onBeat(undefined), tolerance);
    session.ping().then(answered, () => {});
  };
  const answered = (roundTrip: number): void => {
    clearTimeout(missed);
    timer = later(next, interval);
    onBeat(roundTrip);
  };
  let timer = later(next, interval);
  const stop = (): void => {
    clearTimeout(timer);
    clearTimeout(missed);
  };
  session.closed.then(stop, stop);
}

/** A heartbeat does not keep the process alive. */
function later(action: () => void, ms: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(action, ms);
  if (typeof timer === "object") timer.unref();
  return timer;
}
