// ssh2's channels without Node's streams: what ssh2 pushes goes straight on, and what is written goes straight to ssh2. The events,
// ticks and buffers of the two streams that a channel is cost more than all else about a small stream.
//
// What is done to a channel may come too late: ssh2 throws once the connection has ended, and the session then fails every stream.

import type { Channel } from "ssh2";

/** Whom a channel feeds. */
export interface Feed {
  /** Whether the peer may be told to send more; if not, until `more`. */
  onData(chunk: Buffer): boolean;
  /** The peer sends no more. */
  onEnd(): void;
  /** The peer closed the channel. */
  onClosed(): void;
}

/** The smallest packets that a peer gets, whatever it asks for: ssh2 cuts what it sends to that size, and to 0 for ever. */
const SMALLEST_PACKET = 256;

/** Makes the channel feed, beginning with what has arrived. What is sent is not cut into crumbs. */
export function tap(channel: Channel, feed: Feed): void {
  widen(channel.outgoing);
  // ssh2 feeds a channel as every Readable is fed.
  const push = (chunk: Buffer | null): boolean => {
    if (chunk !== null) return feed.onData(chunk);
    const state = stateOf(channel.incoming);
    if (state !== "open") feed.onEnd();
    if (state === "closed") feed.onClosed();
    return false;
  };
  const early: Buffer | null = channel.read();
  if (early !== null) push(early);
  if (stateOf(channel.incoming) !== "open") push(null);
  channel.push = push;
  // ssh2 ends the streams of a channel that is closed: nobody would hear of it.
  channel.end = () => channel;
  const { stderr } = channel;
  if ("push" in stderr) stderr.push = discard;
  else stderr.end = () => stderr;
}

/** The peer may send more again. */
export function more(channel: Channel): void {
  quietly(() => channel._read(0));
}

/** @param done called when all of it was sent, which may be at once; until then nothing else may be written */
export function write(channel: Channel, bytes: Uint8Array, done: () => void): void {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    channel._write(buffer, "binary", done);
  } catch {
    // See above.
  }
}

export function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // See above.
  }
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

/** SSH's own credit. */
export function windowOf(side: unknown): number | undefined {
  if (typeof side !== "object" || side === null || !("window" in side)) return undefined;
  return typeof side.window === "number" ? side.window : undefined;
}

function widen(side: unknown): void {
  if (typeof side !== "object" || side === null || !("packetSize" in side)) return;
  if (!(Number(side.packetSize) >= SMALLEST_PACKET)) side.packetSize = SMALLEST_PACKET;
}

function stateOf(side: unknown): unknown {
  return typeof side === "object" && side !== null && "state" in side ? side.state : undefined;
}

/** A client's stderr shares the channel's window. */
function discard(): boolean {
  return true;
}
