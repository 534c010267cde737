// Starts a node:net server, and says in our terms why it did not.

import type { ListenOptions, Server } from "node:net";
import { StreamsError } from "streams-core";
import { handled, printable } from "streams-core/kit";

/** Resolves when the server listens. @throws ERR_ADDRESS_IN_USE, ERR_OPTION_INVALID */
export function listening(server: Server, where: ListenOptions, name: string): Promise<void> {
  return handled(
    new Promise((resolve, reject) => {
      const failed = (cause: NodeJS.ErrnoException): void => {
        server.off("listening", ready);
        reject(cannotListen(cause, name));
      };
      const ready = (): void => {
        server.off("error", failed);
        // Later errors concern single connections that the system could not give out.
        server.on("error", () => {});
        resolve();
      };
      server.once("error", failed);
      server.once("listening", ready);
      server.listen(where);
    }),
  );
}

function cannotListen(cause: NodeJS.ErrnoException, name: string): StreamsError {
  if (cause.code === "EADDRINUSE") {
    return new StreamsError(
      "ERR_ADDRESS_IN_USE",
      `Another server listens at ${name}; stop it, or choose another address (port 0 is any free one).`,
      { cause },
    );
  }
  return new StreamsError(
    "ERR_OPTION_INVALID",
    `Cannot listen at ${name} (${printable(cause.message)}); choose an address of this machine that this user may use.`,
    { cause },
  );
}
