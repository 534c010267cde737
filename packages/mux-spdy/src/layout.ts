// The numbers of SPDY/3.1 (the SPDY protocol, draft 3.1), and those that are ours alone.

/** Of every frame: the control bit, version and type, or the stream of a data frame; then flags and length. */
export const HEADER = 8;
/** The first two bytes of a control frame: its bit, and version 3, which SPDY/3.1 has too. */
export const CONTROL = 0x8003;
export const MAX_LENGTH = 0xffffff;
export const MAX_ID = 0x7fffffff;

export const SYN_STREAM = 1;
export const SYN_REPLY = 2;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const GOAWAY = 7;
export const HEADERS = 8;
export const WINDOW_UPDATE = 9;
/** What only our own ends get: "ST". */
export const EXTENSION = 0x5354;

/** The direction ends; in SETTINGS, what was kept of earlier ones goes. */
export const FLAG_FIN = 1;

/** Status of RST_STREAM, from PROTOCOL_ERROR to FRAME_TOO_LARGE, and of GOAWAY. */
export const INVALID_STREAM = 2;
export const REFUSED_STREAM = 3;
export const CANCEL = 5;
export const LAST_STATUS = 11;
export const GOAWAY_OK = 0;
export const GOAWAY_PROTOCOL_ERROR = 1;
export const GOAWAY_INTERNAL_ERROR = 2;

export const SETTING_INITIAL_WINDOW = 7;
/** The setting by which an end of ours is known, "STR", with the version of what its extension frames say. */
export const SETTING_SIGN = 0x535452;
export const SIGN_VERSION = 1;
/** The ping that follows a client's sign, so that an original answers something. */
export const SIGN_PING = 1;
/** The session's own pings begin here, with those of a server. */
export const FIRST_PING = 2;

/** Bytes that each stream, and all of them together, may send at first. */
export const WINDOW = 65536;
export const MAX_WINDOW = 0x7fffffff;
/** Bytes of a header block, compressed or not. */
export const MAX_BLOCK = 65536;
