// The cases that every wire is tried with.

import { backpressure } from "./backpressure.js";
import type { CommonCase } from "./common-case.js";
import { echoes } from "./echo.js";
import { halfCloses } from "./half-close.js";
import { refusals, resets } from "./resets.js";
import { suddenEnds } from "./sudden-end.js";

export const common: readonly CommonCase[] = [
  ...echoes,
  ...halfCloses,
  ...backpressure,
  ...refusals,
  ...resets,
  ...suddenEnds,
];
