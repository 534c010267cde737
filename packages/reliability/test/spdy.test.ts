// Hostile peers against SPDY/3.1, row by row of the scorecard.

import { describe, test, vi } from "vitest";
import { spdyCodec } from "../src/hostile/spdy.js";
import { hostileSuite } from "../src/hostile/suite.js";

hostileSuite(spdyCodec, { describe, test, vi });
