// Hostile peers against yamux, row by row of the scorecard.

import { describe, test, vi } from "vitest";
import { hostileSuite } from "../src/hostile/suite.js";
import { yamuxCodec } from "../src/hostile/yamux.js";

hostileSuite(yamuxCodec, { describe, test, vi });
