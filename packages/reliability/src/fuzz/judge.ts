// What a decoder may do with an input: take it, ask for more, or refuse it with an error that says that the peer is at fault.

import { isStreamsError } from "streams-core";
import type { Decoder } from "./decoders.js";

/** The decoder broke: it threw something else. */
export class Broke extends Error {
  override readonly name = "Broke";
  readonly input: Uint8Array;

  constructor(decoder: string, input: Uint8Array, cause: unknown) {
    super(`${decoder} threw ${String(cause)} on ${Buffer.from(input).toString("hex") || "nothing"}`, { cause });
    this.input = Uint8Array.from(input);
  }
}

/** Decodes the input and returns the code that it was refused with, or "taken". @throws Broke */
export function judge(decoder: Decoder, input: Uint8Array, keep: (kept: unknown) => void = () => {}): string {
  try {
    keep(decoder.decode(input));
    return "taken";
  } catch (error) {
    if (isStreamsError(error) && error.remote && error.code !== "ERR_INTERNAL") return error.code;
    throw new Broke(decoder.name, input, error);
  }
}
