// A Duplex of ours tells with this event that its connection failed, while it still holds bytes that come before the 'error'.

export const LOST: unique symbol = Symbol("streams.lost");
