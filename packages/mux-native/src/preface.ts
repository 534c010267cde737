// The start of a connection: who speaks, which version, with which parameters.

import { type Output, type PeerParameters, type Role, readU16, readU32, writeU16, writeU32 } from "mux-engine";
import { StreamsError } from "streams-core";
import { seemsToSpeak } from "streams-core/kit";
import * as L from "./layout.js";

export function writePreface(out: Output, role: Role, own: PeerParameters): void {
  const length = 2 * L.PARAMETER;
  const at = out.reserve(L.PREFACE_HEAD + length);
  const { bytes } = out;
  bytes.set(L.MAGIC, at);
  bytes[at + 8] = L.VERSION;
  bytes[at + 9] = role === "client" ? 0 : 1;
  writeU16(bytes, at + 10, length);
  writeU16(bytes, at + 12, L.PARAM_WINDOW);
  writeU32(bytes, at + 14, own.window);
  writeU16(bytes, at + 18, L.PARAM_MAX_FRAME);
  writeU32(bytes, at + 20, own.maxFrame);
}

/** Checks the first bytes that came, before there are enough for the head: a peer that speaks something else may never send more. */
export function checkFirst(chunk: Uint8Array): void {
  if (chunk[0] !== L.MAGIC[0]) throw wrongProtocol(chunk);
}

/** Checks the head of the peer's preface. Returns the bytes of parameters that follow. @throws ERR_WRONG_PROTOCOL, ERR_PROTOCOL */
export function readPrefaceHead(bytes: Uint8Array, at: number, own: Role): number {
  const head = bytes.subarray(at, at + L.PREFACE_HEAD);
  if (L.MAGIC.some((byte, i) => head[i] !== byte)) throw wrongProtocol(head);
  const version = head[8];
  if (version !== L.VERSION) {
    throw new StreamsError(
      "ERR_WRONG_PROTOCOL",
      `The peer speaks version ${version} of this wire; this end speaks ${L.VERSION}.`,
      {
        remote: true,
      },
    );
  }
  const role = head[9];
  if (role !== 0 && role !== 1) throw bad(`names the unknown role ${role}`);
  if ((role === 0) === (own === "client")) {
    throw new StreamsError(
      "ERR_WRONG_PROTOCOL",
      `Both ends are ${own}s; one must be the client, the other the server.`,
      { remote: true },
    );
  }
  const length = readU16(head, 10);
  if (length % L.PARAMETER !== 0 || length > L.MAX_PARAMETERS) throw bad(`has ${length} bytes of parameters`);
  return length;
}

/** @throws ERR_PROTOCOL */
export function readParameters(bytes: Uint8Array, at: number, length: number): PeerParameters {
  let window = L.MIN_WINDOW;
  let maxFrame = L.MIN_FRAME;
  for (let i = at; i < at + length; i += L.PARAMETER) {
    const value = readU32(bytes, i + 2);
    const id = readU16(bytes, i);
    if (id === L.PARAM_WINDOW) window = inRange("a window", value, L.MIN_WINDOW, L.MAX_WINDOW);
    else if (id === L.PARAM_MAX_FRAME) maxFrame = inRange("a frame size", value, L.MIN_FRAME, L.MAX_FRAME);
  }
  return { window, maxFrame };
}

function inRange(what: string, value: number, min: number, max: number): number {
  if (value < min || value > max) throw bad(`announces ${what} of ${value}, which is not from ${min} to ${max}`);
  return value;
}

function wrongProtocol(head: Uint8Array): StreamsError {
  const message = `The peer does not speak the native wire; it seems to speak ${seemsToSpeak(head)}.`;
  return new StreamsError("ERR_WRONG_PROTOCOL", message, { remote: true });
}

function bad(what: string): StreamsError {
  return new StreamsError("ERR_PROTOCOL", `The peer's preface ${what}.`, { remote: true });
}
