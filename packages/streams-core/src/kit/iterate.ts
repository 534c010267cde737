// `for await` over what the contract reads and accepts. Leaving the loop leaves the source open.

import type { Conn } from "../contract.js";

/** The chunks of a connection until its end. */
export function chunks(conn: Pick<Conn, "read">): AsyncGenerator<Uint8Array, void, undefined> {
  return untilNull(() => conn.read());
}

/** The connections or streams of a server or listener until it closes. */
export function accepted<T>(source: { accept(): Promise<T | null> }): AsyncGenerator<T, void, undefined> {
  return untilNull(() => source.accept());
}

async function* untilNull<T>(next: () => Promise<T | null>): AsyncGenerator<T, void, undefined> {
  for (let item = await next(); item !== null; item = await next()) yield item;
}
