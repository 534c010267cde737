// What cases say of transfers.

import { strictEqual } from "node:assert";
import type { Sight } from "./original.js";
import type { Transfer } from "./peer.js";

/** All of the bytes passed, and nothing failed. @throws what differs, with the error of the transfer first */
export function whole(transfer: Transfer, expected: Pick<Transfer, "length" | "sha256">, what: string): void {
  strictEqual(
    transfer.error?.message,
    undefined,
    `${what} failed after ${transfer.length} bytes: ${transfer.error?.message}`,
  );
  strictEqual(transfer.length, expected.length, `${what}: ${transfer.length} bytes of ${expected.length}`);
  strictEqual(transfer.sha256, expected.sha256, `${what}: the bytes are others`);
}

/** The transfer ended as the original is known to show it. */
export function saw(transfer: Transfer, sight: Sight, what: string): void {
  if (sight === "end") {
    strictEqual(transfer.error?.message, undefined, `${what} was to be seen as an end`);
    strictEqual(transfer.end, true, `${what} was to be seen as an end`);
    return;
  }
  strictEqual(transfer.error === undefined, false, `${what} was to be seen as an error`);
  if (sight !== "error") strictEqual(transfer.error?.code, sight.code, `${what}: ${transfer.error?.message}`);
}
