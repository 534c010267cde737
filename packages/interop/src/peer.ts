// The other end of a session: an original, driven by the calls that every original has. A case is written against this.

/** Each end's part in a session: who dialled in the wire's own sense, whoever dialled the socket. */
export type Role = "client" | "server";

export const opposite = (role: Role): Role => (role === "client" ? "server" : "client");

/** What the original said when a call failed. */
export interface Fault {
  readonly message: string;
  /** Of the reset or the refusal, where the original tells it. */
  readonly code?: number | undefined;
}

/** A call that the original could not do, or that ended with an error of the original. */
export class PeerError extends Error {
  override readonly name = "PeerError";
  readonly code: number | undefined;

  constructor({ message, code }: Fault) {
    super(message);
    this.code = code;
  }
}

/** What became of the bytes of one call, also where it failed halfway. */
export interface Transfer {
  readonly length: number;
  /** In hexadecimal, of all bytes of the call. */
  readonly sha256: string;
  /** The first 64 bytes, in hexadecimal. */
  readonly head: string;
  /** Whether the end was read. */
  readonly end: boolean;
  readonly error?: Fault | undefined;
}

export interface WriteOptions {
  /** Bytes that the original gets with one call. Default 32 KiB. */
  readonly piece?: number;
}

/** A session of an original. Every call may run beside every other. */
export interface Peer {
  /** @param args what the peer's program knows: headers, a priority, … */
  open(args?: unknown): Promise<PeerStream>;
  accept(): Promise<PeerStream>;
  ping(): Promise<void>;
  goAway(code?: number): Promise<void>;
  /** The original's own way to end a session. */
  close(): Promise<void>;
  /** Closes the socket, with nothing of the wire said before. */
  hangUp(): Promise<void>;
  /** Resets the socket. */
  abort(): Promise<void>;
  /** Ends the process at once; what runs in this process resets the socket. */
  kill(): void;
  /** What only this peer can do. */
  do(op: string, args?: unknown): Promise<unknown>;
  /** Ends it after a case. Never throws. */
  dispose(): Promise<void>;
}

export interface PeerStream {
  /** The number on the wire, where the original tells. */
  readonly number: number | undefined;
  /** What the opener sent, where the original tells. */
  readonly headers: Readonly<Record<string, string>>;
  /** Writes `length` bytes of `randomBytes(seed)`. A failure is in the transfer and not thrown. */
  write(length: number, seed: number, options?: WriteOptions): Promise<Transfer>;
  /** Writes exactly these bytes with one call. */
  writeHex(hex: string): Promise<Transfer>;
  /** Reads `length` bytes, or to the end. A failure is in the transfer and not thrown. */
  read(length?: number): Promise<Transfer>;
  /** Writes back what comes, to the end, and then ends its own direction; with a length it stops there and ends nothing. */
  echo(length?: number): Promise<Transfer>;
  closeWrite(): Promise<void>;
  /** The original's own Close, whatever it means there. */
  close(): Promise<void>;
  reset(code?: number): Promise<void>;
  do(op: string, args?: unknown): Promise<unknown>;
}
