// A hostile SSH peer whose session is looked at when the test is over.

import { expect, onTestFinished } from "vitest";
import { HELLO, record, type Ssh2Channel, SshPeer, type SshPeerOptions } from "../../src/adapters/ssh-peer.js";

export async function peerOf(options: SshPeerOptions = {}): Promise<SshPeer> {
  const peer = await SshPeer.connect(options);
  onTestFinished(async () => {
    await peer.end();
    expect(peer.session.stats().streamsOpen).toBe(0);
  });
  return peer;
}

/** Of our own kind, and with a control channel that has said hello. */
export async function greeted(options: SshPeerOptions = {}): Promise<[SshPeer, Ssh2Channel]> {
  const peer = await peerOf(options);
  const control = await peer.control();
  control.write(record(HELLO, 65_536));
  await peer.session.ready;
  return [peer, control];
}
