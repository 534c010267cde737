// Where a socket's bytes go. Node takes 64 KiB from the system for each read of a socket, however little comes, and all of it is the
// collector's to find again. Here small reads share one buffer and are copied out of it, and large ones follow each other into a slab.

import { type OnReadOpts, Socket } from "node:net";

/** A read that gives at least as much is followed by one into a slab; one that gives less, by one into the shared buffer. */
const LARGE = 16 * 1024;
/** As much as a read should be able to give. */
const ROOM = 64 * 1024;
/** Of a view that is kept the whole slab is: four times what most reads of bulk give, sixteen times the least that is read into it. */
const SLAB = 256 * 1024;
/** Sockets with a slab of that size; with more of them each has a smaller one, for those that go idle keep theirs. */
const MOST_SLABS = 64;

/** Read into by every socket whose last read was small, and never given away. */
const shared = Buffer.allocUnsafeSlow(ROOM);
let slabs = 0;

class Intake {
  #slab: Buffer | undefined;
  #used = 0;
  #socket: Socket | undefined;

  /** The option of a socket by that name. */
  readonly onread: OnReadOpts = { buffer: () => this.#next(), callback: (size, into) => this.#took(size, into) };

  /** The socket that was made with it. */
  of(socket: Socket): Socket {
    this.#socket = socket;
    socket.once("close", () => this.#drop());
    return socket;
  }

  #next(): Buffer {
    const slab = this.#slab;
    if (slab === undefined) return shared;
    if (slab.length - this.#used >= ROOM) return slab.subarray(this.#used);
    this.#used = 0;
    this.#slab = newSlab();
    return this.#slab;
  }

  /** False stops reading, until somebody reads what is there. */
  #took(size: number, into: Uint8Array): boolean {
    const bytes = into.subarray(0, size);
    if (into === shared) {
      if (size >= LARGE) this.#begin();
      return this.#push(Buffer.from(bytes));
    }
    this.#used += size;
    if (size < LARGE) this.#drop();
    return this.#push(bytes);
  }

  #push(bytes: Uint8Array): boolean {
    return this.#socket?.push(bytes) ?? false;
  }

  #begin(): void {
    slabs += 1;
    this.#slab = newSlab();
    this.#used = 0;
  }

  #drop(): void {
    if (this.#slab !== undefined) slabs -= 1;
    this.#slab = undefined;
  }
}

function newSlab(): Buffer {
  return Buffer.allocUnsafeSlow(slabs > MOST_SLABS ? ROOM : SLAB);
}

/** A socket that `make` makes with the option that it is given. */
export function withIntake(make: (option: { readonly onread: OnReadOpts }) => Socket): Socket {
  const intake = new Intake();
  return intake.of(make({ onread: intake.onread }));
}

/**
 * The connection that a server with `pauseOnConnect` accepted, as a socket with an intake. A server has no option for that, so that
 * another socket gets the handle of the one that it made; where that is not to be had, as outside Node, it is that one itself.
 */
export function adopted(accepted: Socket): Socket {
  const handle: unknown = Reflect.get(accepted, "_handle");
  const server: unknown = Reflect.get(accepted, "_server");
  if (typeof handle !== "object" || handle === null || typeof server !== "object") return accepted;
  const socket = withIntake((option) => new Socket({ allowHalfOpen: true, ...option, ...{ handle } }));
  Reflect.set(accepted, "_handle", null);
  // The server counts its connections, and has closed when the last of them has.
  Reflect.set(accepted, "_server", null);
  Reflect.set(socket, "_server", server);
  return socket;
}
