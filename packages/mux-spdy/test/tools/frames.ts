// Frames put together by hand, with header blocks made by node:zlib, so that the tests do not trust what they test.

import { constants, createDeflate, type Deflate } from "node:zlib";
import { DICTIONARY } from "../../src/headers/dictionary.js";

export type Part = Uint8Array | readonly number[] | string;

export const bytes = (...parts: readonly Part[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part)))),
  );

export const u32 = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

export const control = (type: number, flags: number, ...body: readonly Part[]): Uint8Array => {
  const whole = bytes(...body);
  return bytes([0x80, 3, type >>> 8, type & 255, flags], u32(whole.byteLength).slice(1), whole);
};

export const data = (id: number, payload: Part = "", flags = 0): Uint8Array =>
  bytes(u32(id), [flags], u32(bytes(payload).byteLength).slice(1), payload);
export const rst = (id: number, status: number): Uint8Array => control(3, 0, u32(id), u32(status));
export const ping = (number: number): Uint8Array => control(6, 0, u32(number));
export const goAway = (last: number, status = 0): Uint8Array => control(7, 0, u32(last), u32(status));
export const windowUpdate = (id: number, more: number): Uint8Array => control(9, 0, u32(id), u32(more));
export const settings = (...pairs: readonly (readonly [number, number])[]): Uint8Array =>
  control(4, 0, u32(pairs.length), ...pairs.map(([id, value]) => bytes(u32(id), u32(value))));
export const extension = (id: number, body: Part): Uint8Array => control(0x5354, 0, u32(id), body);
export const SIGN: Uint8Array = settings([0x535452, 1]);

/** A header block as the protocol has it before it is compressed. */
export const block = (fields: readonly (readonly [name: string, value: string])[]): Uint8Array =>
  bytes(u32(fields.length), ...fields.flatMap((pair) => pair.flatMap((text) => [u32(text.length), text])));

/** The header blocks of one direction, which are one zlib stream. */
export class Headers31 {
  readonly #deflate: Deflate = createDeflate({ dictionary: DICTIONARY, level: 9 });

  async compress(text: Uint8Array, flush: number = constants.Z_SYNC_FLUSH): Promise<Uint8Array> {
    const chunks: Buffer[] = [];
    const take = (chunk: Buffer): void => void chunks.push(chunk);
    this.#deflate.on("data", take);
    this.#deflate.write(text);
    await new Promise<void>((resolve) => this.#deflate.flush(flush, resolve));
    this.#deflate.off("data", take);
    return bytes(...chunks);
  }

  async open(
    id: number,
    fields: readonly (readonly [string, string])[] = [],
    flags = 0,
    priority = 0,
  ): Promise<Uint8Array> {
    return control(1, flags, u32(id), u32(0), [priority << 5, 0], await this.compress(block(fields)));
  }

  async reply(id: number, fields: readonly (readonly [string, string])[] = [], flags = 0): Promise<Uint8Array> {
    return control(2, flags, u32(id), await this.compress(block(fields)));
  }

  async headers(id: number, fields: readonly (readonly [string, string])[] = [], flags = 0): Promise<Uint8Array> {
    return control(8, flags, u32(id), await this.compress(block(fields)));
  }
}
