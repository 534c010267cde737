// The start of a connection: who speaks, which version, with which parameters.

import { type Output, type PeerParameters, type Role, readU16, readU32, writeU16, writeU32 } from "mux-engine";
import type { StreamsError } from "streams-core";
import { broken, byPeer, seemsToSpeak } from "streams-core/kit";
import * as L from "./layout.js";

export function writePreface(out: Output, role: Role, own: PeerParameters): void {
  const length = 2 * L.PARAMETER;
  const at = out.reserve(L.PREFACE_HEAD + length);
  const { bytes } = out;
  bytes.set(L.MAGIC, at);
  bytes[at + 8] = L.VERSION;
  bytes[at + 9] = L.ROLES[role];
  writeU16(bytes, at + 10, length);
  writeU16(bytes, at + 12, L.PARAM_WINDOW);
  writeU32(bytes, at + 14, own.window);
  writeU16(bytes, at + 18, L.PARAM_MAX_FRAME);
  writeU32(bytes, at + 20, own.maxFrame);
}

/** Checks the first bytes that came, also when they are not enough: a peer that speaks something else may never send more. */
export function checkMagic(bytes: Uint8Array, at: number = 0): void {
  const end = Math.min(bytes.length, at + L.MAGIC.length);
  for (let i = at; i < end; i += 1) {
    if (bytes[i] === L.MAGIC[i - at]) continue;
    throw wrongProtocol(`The peer seems to speak ${seemsToSpeak(bytes.subarray(at))}, not the native wire.`);
  }
}

/** Checks the head of the peer's preface. Returns the bytes of parameters that follow. @throws ERR_WRONG_PROTOCOL, ERR_PROTOCOL */
export function readPrefaceHead(bytes: Uint8Array, at: number, own: Role): number {
  checkMagic(bytes, at);
  const version = bytes[at + 8];
  const role = bytes[at + 9];
  if (version !== L.VERSION) {
    throw wrongProtocol(`The peer speaks version ${version} of this wire, this end ${L.VERSION}.`);
  }
  if (role === L.ROLES[own]) throw wrongProtocol(`Both ends are ${own}s; one must take the other role.`);
  const length = readU16(bytes, at + 10);
  if (role !== 1 - L.ROLES[own] || length % L.PARAMETER !== 0 || length > L.MAX_PARAMETERS) {
    throw broken(`sent a preface of role ${role} with ${length} bytes of parameters`);
  }
  return length;
}

/** @throws ERR_PROTOCOL */
export function readParameters(bytes: Uint8Array, at: number, length: number): PeerParameters {
  let window = L.MIN_WINDOW;
  let maxFrame = L.MIN_FRAME;
  for (let i = at; i < at + length; i += L.PARAMETER) {
    const value = readU32(bytes, i + 2);
    const id = readU16(bytes, i);
    if (id === L.PARAM_WINDOW) window = value;
    else if (id === L.PARAM_MAX_FRAME) maxFrame = value;
    if (window < L.MIN_WINDOW || window > L.MAX_WINDOW || maxFrame < L.MIN_FRAME || maxFrame > L.MAX_FRAME) {
      throw broken(`announced a window of ${window} and frames of ${maxFrame} bytes`);
    }
  }
  return { window, maxFrame };
}

function wrongProtocol(message: string): StreamsError {
  return byPeer("ERR_WRONG_PROTOCOL", message);
}
