// Hostile peers against both versions of smux, row by row of the scorecard.

import { describe, test, vi } from "vitest";
import { smux1Codec, smuxCodec } from "../src/hostile/smux.js";
import { hostileSuite } from "../src/hostile/suite.js";

hostileSuite(smuxCodec, { describe, test, vi });
hostileSuite(smux1Codec, { describe, test, vi });
