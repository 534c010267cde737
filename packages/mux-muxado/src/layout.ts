// The numbers of muxado 2.

/** Length (24 bits), type (4), flags (4), stream (32). */
export const HEADER = 8;
export const MAX_ID = 0x7fffffff;
export const MAX_LENGTH = 0xffffff;

/** The fourth byte of a frame: its type above, its flags below. */
export const RST = 0x00;
export const DATA = 0x10;
export const WNDINC = 0x20;
export const GOAWAY = 0x30;
export const TYPES = 0xf0;
export const FIN = 1;
export const SYN = 2;
/** Types that the original does not know, and skips: what only our own ends say, their sign, and nothing at all. */
export const EXTENSION = 0xd0;
export const SIGN = 0xe0;
export const PAD = 0xf0;

export const PROTOCOL = 1;
export const INTERNAL = 2;
export const FLOW_CONTROL = 3;
export const STREAM_REFUSED = 5;
export const ACCEPT_QUEUE_FULL = 9;
export const CALM = 10;

/** What the text of a GOAWAY starts with when its sender closed the session. Without it, and with code 0, streams live on. */
export const NO_ERROR = "no error";
/** The last stream that was taken, and a code; text follows. */
export const GOAWAY_BODY = 8;
export const MAX_REASON = 256;
