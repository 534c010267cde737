// The numbers of yamux, as the specification of hashicorp/yamux has them, and the two that are ours.

export const VERSION = 0;
/** Version, type, flags of two bytes, stream of four, length of four. */
export const HEADER = 12;

export const DATA = 0;
export const WINDOW_UPDATE = 1;
export const PING = 2;
export const GO_AWAY = 3;
/** Ours: what yamux has no word for, between our own ends only. Its length is that of the body. */
export const EXTENSION = 0x7f;

export const SYN = 1;
export const ACK = 2;
export const FIN = 4;
export const RST = 8;
export const ALL_FLAGS = 15;

/** What a GO_AWAY gives as the reason. go-yamux knows others too, which its applications choose. */
export const NORMAL = 0;
export const PROTOCOL_ERROR = 1;
export const INTERNAL_ERROR = 2;

/** Bytes that each end may send on a new stream; the protocol has no way to say less. */
export const FIRST_WINDOW: number = 256 * 1024;
/** Where the originals stop: the last id of a client. A server's is one less. */
export const MAX_ID = 0xfffffffd;
/** Ours: what the first ping of both ends asks with. The originals count theirs from 0, and echo this one. */
export const SIGN = 0x5374726d;
