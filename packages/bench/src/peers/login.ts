// Who logs in to the SSH servers of a measurement, which live for its seconds on loopback.

export const USER = "bench";
export const PASSWORD = "bench";
