// One version of smux, spoken by both of its originals.

import { type SmuxOptions, type SmuxVersion, smux } from "mux-smux";
import { goOriginal, type Original, type Wire } from "../../original.js";
import { ends, LATEST, OLD } from "./ends.js";
import { flow } from "./flow.js";
import { life } from "./life.js";
import { transfers } from "./transfers.js";

const MODULE = "github.com/xtaci/smux";
/** What the originals' programs are configured with: names and units are those of its Config. */
export interface GoConfig {
  readonly Version?: SmuxVersion;
  readonly KeepAliveDisabled?: boolean;
  readonly KeepAliveInterval?: number;
  readonly KeepAliveTimeout?: number;
  readonly MaxReceiveBuffer?: number;
  readonly MaxStreamBuffer?: number;
}

export function smuxWire(name: string, version: SmuxVersion): Wire {
  const mux = (options: SmuxOptions = {}) => smux({ version, signTimeout: 100, ...options });
  const config = (): GoConfig => ({ Version: version });
  // smux has neither: both are ends like any other.
  const sights = { seesReset: "end", seesRefusal: "end" } as const;
  const originals: readonly Original[] = [
    {
      name: LATEST,
      ...goOriginal({ folder: "smux", impl: "smux", module: MODULE }),
      ...{ mux: () => mux(), config, ...sights },
    },
    {
      name: OLD,
      ...goOriginal({ folder: "smux", impl: "smux", module: MODULE, modfile: "1.5.53.mod" }),
      ...{ mux: () => mux({ halfClose: false }), config, ...sights },
      // An end is that of both directions up to 1.5.53.
      halfClose: false,
    },
  ];
  const cases = [...transfers, ...flow(version), ...ends(version), ...life(version)];
  return { name, originals, cases, ours: () => mux(), stock: () => mux({ peer: "stock" }) };
}
