// mux-smux, version 2, against xtaci/smux.

import { smuxWire } from "./smux/wire.js";

export const wire: ReturnType<typeof smuxWire> = smuxWire("smux", 2);
