// What is done to ssh2's channels, and may come too late: ssh2 throws once the connection has ended, and the session then fails every
// stream by itself.

import type { Channel } from "ssh2";

export function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // See above.
  }
}

/** Nobody may be left to hear an error. */
export function muffle(channel: Channel): void {
  channel.on("error", ignore);
  channel.stderr.on("error", ignore);
  // A client's stderr shares the channel's window.
  if ("resume" in channel.stderr) channel.stderr.resume();
}

export function close(channel: Channel | undefined): void {
  if (channel !== undefined) quietly(() => channel.close());
}

/** What a client ran has a status when it ends; without one OpenSSH's client reports a failure (RFC 4254, section 6.10). */
export function exit(channel: Channel | undefined, status: number): void {
  if (channel?.server !== true || channel.subtype === undefined) return;
  quietly(() => {
    if ("exit" in channel && typeof channel.exit === "function") channel.exit(status);
  });
}

/** Gives what has arrived to the channel's data listener now. Returns whether the end has arrived too. */
export function drain(channel: Channel): boolean {
  quietly(() => {
    while (channel.read() !== null);
  });
  const side = channel.incoming;
  return typeof side === "object" && side !== null && "state" in side && side.state !== "open";
}

/** SSH's own credit. */
export function windowOf(side: unknown): number | undefined {
  if (typeof side !== "object" || side === null || !("window" in side)) return undefined;
  return typeof side.window === "number" ? side.window : undefined;
}

function ignore(): void {}
