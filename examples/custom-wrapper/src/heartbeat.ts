// Pings the peer for as long as the session lives, and closes the session when no answer comes.

import { ForwardingProvider, type Wrapper } from "streams-core";

export interface Heartbeat {
  /** Milliseconds from one answer to the next ping. */
  readonly interval: number;
  /** Milliseconds that an answer may take. */
  readonly timeout: number;
  /** Gets the round trip in milliseconds. */
  readonly onBeat?: (roundTrip: number) => void;
}

export function heartbeat({ interval, timeout, onBeat }: Heartbeat): Wrapper {
  return (inner) => {
    let timer: NodeJS.Timeout | undefined;
    let open = true;
    const later = (ms: number, action: () => void): void => {
      if (open) timer = setTimeout(action, ms).unref();
    };
    const giveUp = (): void => void inner.close({ reason: `no heartbeat within ${timeout} ms` });
    const beat = (): void => {
      later(timeout, giveUp);
      inner.ping().then((roundTrip) => {
        clearTimeout(timer);
        later(interval, beat);
        onBeat?.(roundTrip);
      }, ignore); // What rejects a ping is the end of the session, which `stop` sees too.
    };
    const stop = (): void => {
      open = false;
      clearTimeout(timer);
    };
    inner.ready.then(() => inner.features.ping && later(interval, beat), ignore);
    inner.closed.then(stop, stop);
    return new ForwardingProvider(inner);
  };
}

function ignore(): void {}
