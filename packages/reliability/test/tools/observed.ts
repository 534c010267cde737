// Tells of each data frame that one end sends.

import type { Role } from "mux-engine";
import type { WireFactory } from "../../src/sim/wires.js";

export function observed(factory: WireFactory, of: Role, sent: (id: number, length: number) => void): WireFactory {
  return (role, options) => {
    const wire = factory(role, options);
    if (role !== of) return wire;
    const data = wire.data.bind(wire);
    return Object.assign(wire, {
      data: (...frame: Parameters<typeof data>): void => {
        sent(frame[1], frame[2]);
        data(...frame);
      },
    });
  };
}
