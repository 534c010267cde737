// The conformance suite: what every provider, wrapper, transport and bridge of Streams must do, for any test runner.

export type { Planned } from "./case.js";
export type { ConnFeatures, ConnPair, ConnSetup, Limits } from "./conn/setup.js";
export { connSuite, planConn } from "./conn/suite.js";
export { type Faults, faulty, faultyConn } from "./faulty.js";
export { around, EVERYTHING, overMemory } from "./provider/muxes.js";
export type { ProviderLimits, ProviderPair, ProviderSetup } from "./provider/setup.js";
export { planProvider, providerSuite } from "./provider/suite.js";
export { type Runner, runnerOf, type TestFunctions } from "./runner.js";
