// The numbers of smux: every frame is a version, a command, a length of two bytes and a stream of four, and then its payload.

export type SmuxVersion = 1 | 2;

export const HEADER = 8;
export const MAX_PAYLOAD = 0xffff;
export const MAX_ID = 0xffffffff;
/** The commands. The last is of version 2 alone: so many bytes were consumed since the start, and so many more may be in flight. */
export const SYN = 0;
export const FIN = 1;
export const PSH = 2;
export const NOP = 3;
export const UPD = 4;
export const UPD_LENGTH = 8;
/** What a stream of version 2 may send before the first UPD, whatever the receiver is set to. */
export const WINDOW = 262144;
/** The most that an UPD may name: the original counts it in a signed number. */
export const MAX_WINDOW = 0x7fffffff;
/** Our own sign: a NOP, which the original takes on any stream, on this one ("strm"). And a command that it does not have. */
export const SIGN = 0x6d727473;
export const EXTENSION = 0x80;
