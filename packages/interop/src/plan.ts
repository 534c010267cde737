// Which case is tried against which original in which role.

import { type CommonCase, rolesFor } from "./common/common-case.js";
import { common } from "./common/index.js";
import type { Case, Original, Wire } from "./original.js";
import type { Role } from "./peer.js";

export interface Try {
  readonly wire: string;
  readonly original: Original;
  readonly role: Role;
  readonly case: Case;
  /** Why it is not done. */
  readonly except?: string | undefined;
}

/** @throws for a wire that names originals or cases that there are not: it would leave something out unseen */
export function planOf(wire: Wire): Try[] {
  return wire.originals.flatMap((original) => {
    const except = original.except ?? {};
    for (const name of Object.keys(except)) known(name, common, `${wire.name}, ${original.name}: except`);
    return [
      ...common.flatMap((one) => triesOf(wire, original, one, rolesFor(one, original), except[one.name])),
      ...wire.cases.flatMap((one) => {
        for (const name of one.originals ?? []) known(name, wire.originals, `${wire.name}, ${one.name}: originals`);
        if (one.originals?.includes(original.name) === false) return [];
        return triesOf(wire, original, one, one.roles ?? ["client", "server"]);
      }),
    ];
  });
}

function triesOf(
  wire: Wire,
  original: Original,
  one: Case | CommonCase,
  roles: readonly Role[],
  except?: string,
): Try[] {
  return roles.map((role) => ({ wire: wire.name, original, role, case: one, except }));
}

function known(name: string, among: readonly { readonly name: string }[], where: string): void {
  if (!among.some((one) => one.name === name)) throw new Error(`${where} names "${name}", which is none.`);
}
