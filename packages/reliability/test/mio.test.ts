// Hostile peers against mio, row by row of the scorecard.

import { describe, test, vi } from "vitest";
import { mioCodec } from "../src/hostile/mio.js";
import { hostileSuite } from "../src/hostile/suite.js";

hostileSuite(mioCodec, { describe, test, vi });
