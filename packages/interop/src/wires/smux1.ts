// mux-smux, version 1, against xtaci/smux.

import { smuxWire } from "./smux/wire.js";

export const wire: ReturnType<typeof smuxWire> = smuxWire("smux1", 1);
