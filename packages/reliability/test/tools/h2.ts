// A hostile HTTP/2 peer whose session is looked at when the test is over.

import type { Stream } from "streams-core";
import { expect, onTestFinished } from "vitest";
import { open } from "../../src/adapters/h2-frames.js";
import { H2Peer, type H2PeerOptions } from "../../src/adapters/h2-peer.js";
import { accept, errorOf, outcomes } from "../../src/adapters/streams.js";

export function peerOf(options: H2PeerOptions = {}): H2Peer {
  const peer = new H2Peer(options);
  onTestFinished(async () => {
    await peer.end();
    expect(peer.session.stats().streamsOpen).toBe(0);
  });
  return peer;
}

export async function oneStream(options: H2PeerOptions = {}): Promise<[H2Peer, Stream]> {
  const peer = peerOf(options);
  void peer.say(open(1));
  return [peer, await accept(peer.session.listen())];
}

/** What the session fails with, once all it had is settled. */
export async function failure(peer: H2Peer, streams: readonly Stream[] = []): Promise<string> {
  const { code } = await errorOf(peer.session.closed);
  expect(peer.session.stats().streamsOpen).toBe(0);
  await outcomes(streams.flatMap((stream) => [stream.closed, stream.opened, stream.write(new Uint8Array(1))]));
  return code;
}
