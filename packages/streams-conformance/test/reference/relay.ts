// A connection that can be cut: two memory pairs and, between them, what carries the bytes and can be given faults.

import { type Conn, memoryPair, type OpOptions } from "streams-core";
import { chunks, READY } from "streams-core/kit";
import type { ConnFeatures, ConnPair } from "../../src/index.js";

export const RELAY: ConnFeatures = {
  halfClose: true,
  resetCode: false,
  resetSeen: true,
  backpressure: true,
  cut: true,
};

export type ConnFault =
  | "the last byte is lost"
  | "bytes are changed"
  | "the end comes never"
  | "an end ends both directions"
  | "a reset is an end"
  | "a reset is not told"
  | "everything is taken at once"
  | "a cut is an end"
  | "a cut is not noticed"
  | "disposing closes"
  | "aborts are ignored"
  | "chunks are empty"
  | "rejections are not handled";

export function relayPair(faults: ReadonlySet<ConnFault> = new Set()): ConnPair {
  const [near, nearInside] = memoryPair();
  const [far, farInside] = memoryPair();
  const has = (fault: ConnFault): boolean => faults.has(fault);
  let cut = false;
  const broken = (to: Conn): void => {
    if (cut && !has("a cut is an end")) return;
    if (has("a reset is not told")) return;
    if (has("a reset is an end") || has("a cut is an end")) void to.close();
    else to.reset();
  };
  const carry = async (from: Conn, to: Conn): Promise<void> => {
    from.closed.catch(() => broken(to));
    try {
      for await (const chunk of from) {
        if (has("bytes are changed") && chunk.byteLength > 1000) chunk[500] = ~(chunk[500] ?? 0);
        const part = has("the last byte is lost") && chunk.byteLength > 20_000 ? chunk.subarray(1) : chunk;
        const written = to.write(part);
        if (!has("everything is taken at once")) await written;
      }
      if (has("the end comes never")) return;
      await to.close();
      if (has("an end ends both directions")) await from.close();
    } catch {
      // `closed` tells of it.
    }
  };
  void carry(nearInside, farInside);
  void carry(farInside, nearInside);
  return {
    near: faulty(near, has),
    far: faulty(far, has),
    cut: () => {
      cut = true;
      if (has("a cut is not noticed")) return;
      for (const end of [nearInside, farInside]) has("a cut is an end") ? void end.close() : end.reset();
    },
    dispose: async () => {
      nearInside.reset();
      farInside.reset();
    },
  };
}

/** The faults of an end, rather than of what is between them. */
function faulty(conn: Conn, has: (fault: ConnFault) => boolean): Conn {
  const options = (o?: OpOptions): OpOptions | undefined => (has("aborts are ignored") ? undefined : o);
  let empty = has("chunks are empty");
  return {
    read(o) {
      if (empty) {
        empty = false;
        return Promise.resolve(new Uint8Array(0));
      }
      const reading = conn.read(options(o));
      return has("rejections are not handled") ? reading.then((chunk) => chunk) : reading;
    },
    write: (chunk, o) => conn.write(chunk, options(o)),
    close: (o) => conn.close(options(o)),
    reset: (code) => conn.reset(code),
    get closed() {
      return conn.closed;
    },
    [Symbol.asyncIterator]: () => chunks(conn),
    [Symbol.asyncDispose]: () =>
      has("disposing closes") ? conn.close().catch(() => READY) : conn[Symbol.asyncDispose](),
  };
}
