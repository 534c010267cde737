// The numbers of muxado 1.

/** Length (the lower 14 bits of 16), flags (8 bits), type (the lower 5 bits of 8), stream (32). */
export const HEADER = 8;
export const MAX_LENGTH = 0x3fff;
export const MAX_ID = 0x7fffffff;
export const WINDOW = 0x10000;

export const SYN = 1;
export const RST = 2;
export const DATA = 3;
export const WNDINC = 4;
export const GOAWAY = 6;
export const TYPES = 0x1f;
/** What only our own ends say. The original ends the session at such a frame. Its length has all 16 bits. */
export const EXTENSION = 0x1f;

export const FIN = 1;
export const HAS_PRIORITY = 2;
export const HAS_TYPE = 4;

/** From here on the types of streams are the protocol's own: this one, and others that nobody knows. */
export const HEARTBEAT = 0xfffffeff;
export const HIGHEST_PRIORITY = 0x7fffffff;
/** Priorities go from 0 to 2^31 - 1. Each of our eight urgencies is an eighth of that, and says the middle of it. */
export const URGENCY_BITS = 28;
export const DEFAULT_URGENCY = 3;

export const PROTOCOL = 1;
export const INTERNAL = 2;
export const FLOW_CONTROL = 3;
export const REFUSED = 6;
/** The last stream that was taken, and a code. */
export const GOAWAY_BODY = 8;
/** The original announces eight bytes more than that and a text, and sends neither: what announces less has its text. */
export const MAX_TEXT = 7;
/** What it announces when its session is closed: a text of 15 bytes, "Session Close()". */
export const CLOSE_LENGTH = 31;
/** The text of ours, when the session was closed and did not fail. */
export const CLOSED: Uint8Array = new TextEncoder().encode("closed");
