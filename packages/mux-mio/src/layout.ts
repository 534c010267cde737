// The numbers of mio, as frame.go of mivinci/mio has them, and those that our own ends add.

export const HEADER = 8;
export const MAX_ID = 0x7fffffff;
/** The most that the size of a frame can say, and the window that the original has by default. */
export const MAX_SIZE = 0xffffff;

/** What a frame says with exactly these flags; the three bits above them are reserved. */
export const NOTHING = 0x00;
export const DATA = 0x01;
export const SESSION_END = 0x02;
export const RESET = 0x04;
/** Of the transport. The original's code makes nothing of it. */
export const TRANSPORT_CREDIT = 0x08;
export const CREDIT = 0x09;
/** As the original's code has it, and as its specification does. */
export const OPEN = 0x0c;
export const OPEN_SPECIFIED = 0x0d;
export const LAST_DATA = 0x11;
/** Ours: transport credit to the original. */
export const EXTENSION = 0x18;
export const FLAGS = 0x1f;

/** Codes of a reset, and of the end of a session. */
export const NO_ERROR = 0;
export const INTERNAL = 1;
export const REFUSED = 4;
/** Our sign, a transport credit: "STR". */
export const SIGN = 0x535452;
/** Credit goes to the original in multiples of this, which is more than any frame of its own. */
export const PIECE = 0x10000;
/** The least that a window for streams of the original's may be, and what it is between our own ends. */
export const LEAST_WINDOW: number = 2 * PIECE;
/** From one id of ours to the next: the original's counter, which goes on from each of them, has the room between. */
export const APART = 4096;
