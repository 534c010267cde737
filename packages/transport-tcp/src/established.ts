// Waits until a socket is what a dial wants, for no longer than it may.

import type { Socket } from "node:net";
import type { StreamsError } from "streams-core";
import { handled, onAbort } from "streams-core/kit";

export interface Establishing<T> {
  readonly event: "connect" | "secureConnect";
  readonly signal: AbortSignal | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  /** Makes the result while the event is still being handled, so that no error of the socket finds nobody listening. */
  readonly make: () => T;
  /** Ends a socket that came to nothing. Default: destroys it. */
  readonly abort?: () => void;
  readonly late: () => StreamsError;
  readonly failed: (cause: Error) => StreamsError;
}

/** Resolves with what `make` made of the socket. Ends the socket if it failed, is late, or the signal fires. */
export function established<T>(socket: Socket, how: Establishing<T>): Promise<T> {
  return handled(
    new Promise((resolve, reject) => {
      const give = (reason: unknown): void => {
        settle();
        socket.on("error", ignore);
        if (how.abort === undefined) socket.destroy();
        else how.abort();
        reject(reason);
      };
      const ready = (): void => {
        settle();
        try {
          resolve(how.make());
        } catch (error) {
          give(error);
        }
      };
      const failed = (cause: Error): void => give(how.failed(cause));
      const closed = (): void => give(how.failed(new Error("closed")));
      const settle = (): void => {
        clearTimeout(timer);
        forget();
        socket.off(how.event, ready);
        socket.off("error", failed);
        socket.off("close", closed);
      };
      const timer = setTimeout(() => give(how.late()), how.timeout);
      const forget = onAbort(how.signal, give);
      socket.once(how.event, ready);
      socket.once("error", failed);
      socket.once("close", closed);
      if (how.signal?.aborted) give(how.signal.reason);
    }),
  );
}

function ignore(): void {}
