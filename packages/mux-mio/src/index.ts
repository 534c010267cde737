// mio: `mio()` makes a mux of it.

import { type BilingualOptions, bilingualMux, bilingualWire, type Role, type Wire } from "mux-engine";
import type { Mux } from "streams-core";
import { oneOf, wholeNumber } from "streams-core/kit";
import { MioCodec } from "./codec.js";
import { LEAST_WINDOW, MAX_SIZE } from "./layout.js";

/** Those below are about the original at the other end. */
export interface MioOptions extends BilingualOptions {
  /**
   * Bytes that a stream may receive unread: the original's WindowSizeLimit, and not less than the peer's own, which it takes for
   * granted. Default 0xffffff, as there; from 131,072.
   */
  readonly windowSizeLimit?: number;
  /** Bytes of the largest frame that it takes: the peer's ReadBufferLimit. Default 128, as there; at most 1 MiB. */
  readonly readBufferLimit?: number;
  /**
   * The ids that our streams get. "apart": 4,096 above all others. "stock": the next ones, as the original takes them, for peers
   * that open none themselves; only with `peer: "stock"`. Default "apart".
   */
  readonly idStrategy?: "apart" | "stock";
  /**
   * Milliseconds from the end of our streams to that of the transport, with which it hangs if its application has not closed its
   * own by then; 0 for none. Default 100.
   */
  readonly closeDelay?: number;
}

/** A mux that speaks mio. @throws ERR_OPTION_INVALID */
export function mio(options: MioOptions = {}): Mux {
  return bilingualMux(codecs(options), options);
}

/** The wire alone, for those who drive its sessions themselves: simulators, tests. @throws ERR_OPTION_INVALID */
export function mioWire(options: MioOptions = {}): (role: Role) => Wire {
  return bilingualWire(codecs(options), options);
}

function codecs(options: MioOptions): (role: Role) => MioCodec {
  const { peer = "auto", idStrategy, windowSizeLimit, readBufferLimit, closeDelay } = options;
  const counts = oneOf("idStrategy", idStrategy, "apart", ["apart", "stock"]) === "stock" && peer === "stock";
  const numbers = {
    windowSizeLimit: wholeNumber("windowSizeLimit", windowSizeLimit, MAX_SIZE, { min: LEAST_WINDOW, max: MAX_SIZE }),
    readBufferLimit: wholeNumber("readBufferLimit", readBufferLimit, 128, { max: 0x100000 }),
    closeDelay: wholeNumber("closeDelay", closeDelay, 100, { min: 0, max: 2 ** 31 - 1 }),
  };
  return (role) => new MioCodec(role, counts ? "counting" : peer, numbers);
}
