// Bare bytes for cases of both versions of muxado.

import type { Conn } from "streams-core";

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));

/** Reads until these bytes have come. Resolves with all that came. @throws if the connection ends before */
export async function until(conn: Conn, hex: string): Promise<string> {
  let read = "";
  while (!read.includes(hex.replaceAll(" ", ""))) {
    const chunk = await conn.read();
    if (chunk === null) throw new Error(`The peer ended the connection after ${read}.`);
    read += Buffer.from(chunk).toString("hex");
  }
  return read;
}
