// Before Node 26.10 node:http2 stops reading while a write of its own waits for the socket, and when both ends write more than the socket
// holds, both wait for ever. So as long as something is unsent, this looks whether the socket is stuck, and if so has it read on.
// node:http2 then keeps what comes until its write is done, and copies all of it with each read: so while both ends send much, little
// may be under way.

import type { Http2Session } from "node:http2";
import type { Pipe } from "./pipe.js";

/** From this version on node:http2 reads while it writes. */
const READS_ON = [26, 10] as const;
const [MAJOR = 0, MINOR = 0] = process.versions.node.split(".").map(Number);
const NEEDED = MAJOR < READS_ON[0] || (MAJOR === READS_ON[0] && MINOR < READS_ON[1]);

/** Milliseconds between two looks at a socket that is stuck or busy, and at one where what is unsent waits for credit. */
const BUSY = 5;
const QUIET = 100;
/** Bytes that may be under way to an end that sends much itself: about what a socket holds. */
const NARROW = 512 * 1024;
/** Bytes between two looks at a stuck socket which say that the peer sends much too. */
const MUCH = 64 * 1024;

/** What is below a socket of Node: not public, but the same in every version that needs it. */
interface Handle {
  readonly writeQueueSize: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readStart(): void;
}

export class ReadOn {
  readonly #pipe: Pipe;
  readonly #window: number;
  readonly #unsent: () => boolean;
  #wire: Http2Session | undefined;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;
  #wrote = false;
  /** It was stuck, and much came: then it is soon again, and waiting for the timer each time would take too long. */
  #sticky = false;
  #stuck = false;
  #narrow = false;
  #received = 0;

  /**
   * @param window the session's
   * @param unsent whether any stream has given node:http2 bytes that have not left
   */
  constructor(pipe: Pipe, window: number, unsent: () => boolean) {
    this.#pipe = pipe;
    this.#window = window;
    this.#unsent = unsent;
  }

  start(wire: Http2Session): void {
    this.#wire = wire;
    this.#setNarrow(NEEDED && this.#pipe.direct && this.#window > NARROW);
  }

  /** Something was given to node:http2. */
  wrote(): void {
    this.#wrote = true;
    if (this.#timer === undefined) this.#look(BUSY);
    this.sent();
  }

  /** Something left or came: in this turn node:http2 may write more, which it does before JavaScript's immediates run. */
  sent(): void {
    if (this.#sticky) this.#soon ??= setImmediate(this.#check);
  }

  received(bytes: number): void {
    if (this.#narrow) this.#mayWiden(bytes);
    this.sent();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#soon);
  }

  #mayWiden(bytes: number): void {
    this.#received += bytes;
    if (this.#received < NARROW / 2) return;
    this.#received = 0;
    if (!this.#unsent()) this.#setNarrow(false);
  }

  #setNarrow(narrow: boolean): void {
    this.#narrow = narrow;
    const wire = this.#wire;
    if (wire !== undefined && !wire.destroyed) wire.setLocalWindowSize(narrow ? NARROW : this.#window);
  }

  #look(after: number): void {
    if (this.#handle === undefined) return;
    const before = this.#pipe.duplex.bytesRead;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#check();
      this.#sticky = this.#stuck && this.#pipe.duplex.bytesRead - before > MUCH;
      if (this.#sticky && !this.#narrow && this.#window > NARROW) this.#setNarrow(true);
      if (this.#stuck || this.#wrote) this.#look(BUSY);
      else if (this.#unsent()) this.#look(Math.min(2 * after, QUIET));
      this.#wrote = false;
      this.#stuck = false;
    }, after).unref();
  }

  get #handle(): Handle | undefined {
    if (!NEEDED || !this.#pipe.direct) return undefined;
    const handle: unknown = Reflect.get(this.#pipe.duplex, "_handle");
    return isHandle(handle) ? handle : undefined;
  }

  readonly #check = (): void => {
    this.#soon = undefined;
    const handle = this.#handle;
    if (handle === undefined || handle.writeQueueSize === 0) return;
    this.#stuck = true;
    handle.readStart();
  };
}

function isHandle(value: unknown): value is Handle {
  return typeof value === "object" && value !== null && "readStart" in value && "writeQueueSize" in value;
}
