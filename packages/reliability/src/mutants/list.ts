// One guard taken out at a time, and the rows that then must fail.

import { EXTENSIONS } from "./extensions.js";
import { FLOOD } from "./floods.js";
import { FLOW } from "./flow.js";
import { FRAMES } from "./frames.js";
import { HTTP2 } from "./http2.js";
import { HTTP2_ENDS } from "./http2-ends.js";
import type { Mutant } from "./mutant.js";
import { POLICY } from "./policies.js";
import { SESSIONS } from "./sessions.js";
import { SSH } from "./ssh.js";
import { SSH_ENDS } from "./ssh-ends.js";
import { STREAMS } from "./streams.js";

export const MUTANTS: readonly Mutant[] = [
  ...FRAMES,
  ...FLOW,
  ...FLOOD,
  ...STREAMS,
  ...SESSIONS,
  ...HTTP2,
  ...HTTP2_ENDS,
  ...SSH,
  ...SSH_ENDS,
  ...POLICY,
  ...EXTENSIONS,
];
