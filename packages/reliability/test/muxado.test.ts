// Hostile peers against muxado, row by row of the scorecard.

import { describe, test, vi } from "vitest";
import { muxadoCodec } from "../src/hostile/muxado.js";
import { hostileSuite } from "../src/hostile/suite.js";

hostileSuite(muxadoCodec, { describe, test, vi });
