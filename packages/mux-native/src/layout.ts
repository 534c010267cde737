// The numbers of PROTOCOL.md.

/** What every connection starts with: a byte no text has, a name, both line ends and an end of file, to catch altered streams. */
export const MAGIC: Uint8Array = Uint8Array.of(0x89, 0x4d, 0x55, 0x58, 0x0d, 0x0a, 0x1a, 0x0a);
export const VERSION = 1;
/** Magic, version, role, length of the parameters. */
export const PREFACE_HEAD = 12;
export const MAX_PARAMETERS = 1024;
export const PARAMETER = 6;
export const PARAM_WINDOW = 1;
export const PARAM_MAX_FRAME = 2;

export const MIN_WINDOW: number = 16 * 1024;
export const MIN_FRAME: number = 16 * 1024;
export const MAX_WINDOW = 0x7fffffff;
export const MAX_FRAME: number = 1024 * 1024;

export const HEADER = 8;
export const MAX_ID = 0x7fffffff;
export const MAX_BLOCK: number = 16 * 1024;
export const MAX_REASON = 256;
export const DEFAULT_URGENCY = 3;

export const DATA = 0;
export const RESET = 1;
export const STOP = 2;
export const CREDIT = 3;
export const PING = 4;
export const DRAIN = 5;
export const CLOSE = 6;

export const DATA_FIN = 1;
export const DATA_SYN = 2;
export const DATA_HEADERS = 4;
export const DATA_URGENCY = 8;
export const RESET_REFUSED = 1;
export const RESET_ABORT = 2;
export const PING_ACK = 1;
export const CLOSE_FAILED = 1;
