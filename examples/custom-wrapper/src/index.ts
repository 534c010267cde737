// Two wrappers written from outside: they know the contract and no backend.

export { type Heartbeat, heartbeat } from "./heartbeat.js";
export { type Log, logging } from "./logging.js";
