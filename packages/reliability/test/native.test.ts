// Hostile peers against the native wire, row by row of the scorecard.

import { describe, test, vi } from "vitest";
import { nativeCodec } from "../src/hostile/native.js";
import { hostileSuite } from "../src/hostile/suite.js";

hostileSuite(nativeCodec, { describe, test, vi });
