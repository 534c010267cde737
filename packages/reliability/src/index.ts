// What the wires to come need of this package: hostile peers for their codec, and the judge of what is left afterwards.

export type { Fault, HostileCodec, Seen } from "./hostile/codec.js";
export { hostileSuite, type TestTools } from "./hostile/suite.js";
