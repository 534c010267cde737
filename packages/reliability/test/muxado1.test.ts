// Hostile peers against muxado 1, row by row of the scorecard.

import { describe, test, vi } from "vitest";
import { muxado1Codec } from "../src/hostile/muxado1.js";
import { hostileSuite } from "../src/hostile/suite.js";

hostileSuite(muxado1Codec, { describe, test, vi });
