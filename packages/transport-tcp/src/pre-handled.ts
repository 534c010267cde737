// The transport whose calls may be ignored, whatever becomes of them.

import type { Transport } from "streams-core";
import { handled } from "streams-core/kit";

export function preHandled(transport: Transport): Transport {
  return {
    dial: (url, o) => handled(transport.dial(url, o)),
    serve: (url, o) => handled(transport.serve(url, o)),
  };
}
