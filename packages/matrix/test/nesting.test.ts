import { providerSuite } from "streams-conformance";
import { pairOverStream } from "./tools/nesting.js";
import { entry, fixture, runner } from "./tools/suites.js";

const native = entry("native");
const { mux: ssh, ...sshManifest } = entry("ssh");

providerSuite(runner, {
  features: native.features,
  name: "native over a native stream over memory",
  pair: () => pairOverStream(native.mux(), native.mux(), fixture("memory")),
});

providerSuite(runner, {
  ...sshManifest,
  name: "ssh over a native stream over ws",
  pair: () => pairOverStream(ssh(), native.mux(), fixture("ws")),
});
