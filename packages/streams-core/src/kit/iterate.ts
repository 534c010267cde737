// `for await` over what the contract reads and accepts. Leaving the loop leaves the source open.

import type { Conn } from "../contract.js";

/** The chunks of a connection until its end. */
export async function* chunks(conn: Pick<Conn, "read">): AsyncGenerator<Uint8Array, void, undefined> {
  for (let chunk = await conn.read(); chunk !== null; chunk = await conn.read()) yield chunk;
}

/** The connections or streams of a server or listener until it closes. */
export async function* accepted<T>(source: { accept(): Promise<T | null> }): AsyncGenerator<T, void, undefined> {
  for (let item = await source.accept(); item !== null; item = await source.accept()) yield item;
}
