// The numbers of PROTOCOL.md.

/** What every connection starts with: a byte no text has, a name, both line ends and an end of file, to catch altered streams. */
export const MAGIC: Uint8Array = Uint8Array.of(0x89, 0x4d, 0x55, 0x58, 0x0d, 0x0a, 0x1a, 0x0a);
export const VERSION = 1;
/** Magic, version, role, length of the parameters. */
export const PREFACE_HEAD = 12;
export const MAX_PARAMETERS = 1024;
export const ROLES = { client: 0, server: 1 } as const;
export const PARAMETER = 6;
export const PARAM_WINDOW = 1;
export const PARAM_MAX_FRAME = 2;

export const MIN_WINDOW = 0x4000;
export const MAX_WINDOW = 0x7fffffff;
export const MIN_FRAME = 0x4000;
export const MAX_FRAME = 0x100000;

export const HEADER = 8;
export const MAX_ID = 0x7fffffff;
export const MAX_BLOCK = 0x4000;
export const MAX_REASON = 256;
export const DEFAULT_URGENCY = 3;

/** The fourth byte of a frame: its type above, its flags below. Data has type 0. */
export const FIN = 1;
export const SYN = 2;
export const HEADERS = 4;
export const URGENCY = 8;
export const RESET = 0x10;
export const REFUSE = 0x11;
export const ABORT = 0x12;
export const STOP = 0x20;
export const CREDIT = 0x30;
export const PING = 0x40;
export const PONG = 0x41;
export const DRAIN = 0x50;
export const CLOSE = 0x60;
export const FAIL = 0x61;
/** From here on the types are unknown, and skipped. */
export const UNKNOWN = 0x70;
