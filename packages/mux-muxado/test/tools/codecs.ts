// Codecs by themselves.

import type { Role } from "mux-engine";
import { MuxadoCodec } from "../../src/codec.js";
import { TypedCodec, type TypedOptions } from "../../src/typed.js";
import { Muxado1Codec } from "../../src/v1/codec.js";

export const plain = (role: Role = "server", heedsSign = true): MuxadoCodec =>
  new MuxadoCodec(role, heedsSign, 262_144);

export const typed = (role: Role = "server", options: Partial<TypedOptions> = {}): TypedCodec =>
  new TypedCodec(plain(role, options.peer !== "stock"), {
    heartbeat: 0xffffffff,
    beats: false,
    peer: "auto",
    ...options,
  });

export const v1 = (role: Role = "server", heedsSign = true): Muxado1Codec => new Muxado1Codec(role, heedsSign);
