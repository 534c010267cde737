// Every case of a Conn, in the order of reading.

import { backpressure } from "./backpressure.js";
import { bulk } from "./bulk.js";
import { disposing } from "./disposing.js";
import { escapes } from "./escapes.js";
import { halfClose } from "./half-close.js";
import { loss } from "./loss.js";
import { reading } from "./reading.js";
import { reset } from "./reset.js";
import type { ConnCase, ConnScene } from "./scene.js";
import { writing } from "./writing.js";

export const connCases: readonly ConnCase[] = [
  ...reading,
  ...writing,
  ...halfClose,
  ...reset,
  ...disposing,
  ...backpressure,
  ...escapes,
  ...loss,
  ...bulk,
];

/** The cases with each end in the place of `near`, named after it; those in which both do the same only once. */
export function fromBothEnds(near: string, far: string): ConnCase[] {
  return connCases.flatMap((one): ConnCase[] => {
    if (one.symmetric) return [one];
    const swapped = (t: ConnScene): ConnScene => ({
      ...t,
      async pair() {
        const { near, far, cut } = await t.pair();
        return { near: far, far: near, cut };
      },
    });
    return [
      { ...one, name: `${one.name} (${near})` },
      { ...one, name: `${one.name} (${far})`, run: (t) => one.run(swapped(t)) },
    ];
  });
}
