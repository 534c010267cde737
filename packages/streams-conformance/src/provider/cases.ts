// Every case of a session, in the order of reading.

import { accepting } from "./accepting.js";
import { asConn } from "./as-conn.js";
import { backlog } from "./backlog.js";
import { closing } from "./closing.js";
import { deciding } from "./deciding.js";
import { draining } from "./draining.js";
import { flow } from "./flow.js";
import { headers } from "./headers.js";
import { loss } from "./loss.js";
import { observing } from "./observing.js";
import { opening } from "./opening.js";
import { scale } from "./scale.js";
import type { ProviderCase } from "./scene.js";

export const providerCases: readonly ProviderCase[] = [
  ...observing,
  ...opening,
  ...accepting,
  ...deciding,
  ...headers,
  ...backlog,
  ...flow,
  ...closing,
  ...draining,
  ...loss,
  ...asConn,
  ...scale,
];
