// Cells of the table that no test can fill, and why. Each wire says so itself.

import { notApplicable } from "../adapters/not-applicable.js";
import { mioCodec } from "../hostile/mio.js";
import { muxadoCodec } from "../hostile/muxado.js";
import { muxado1Codec } from "../hostile/muxado1.js";
import { nativeCodec } from "../hostile/native.js";
import { smuxCodec } from "../hostile/smux.js";
import { spdyCodec } from "../hostile/spdy.js";
import { yamuxCodec } from "../hostile/yamux.js";

const WIRES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [nativeCodec.name]: nativeCodec.cannot,
  [yamuxCodec.name]: yamuxCodec.cannot,
  [smuxCodec.name]: smuxCodec.cannot,
  [spdyCodec.name]: spdyCodec.cannot,
  [mioCodec.name]: mioCodec.cannot,
  [muxadoCodec.name]: muxadoCodec.cannot,
  [muxado1Codec.name]: muxado1Codec.cannot,
  ...notApplicable,
};

/** Why the row cannot be shown there; undefined if it can. */
export function whyNot(row: string, places: readonly string[]): string | undefined {
  return places.map((place) => WIRES[place]?.[row]).find((reason) => reason !== undefined);
}
