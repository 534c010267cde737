// A case is data: it can be listed, chosen by what a wire can do, and run alone.

import type { Runner } from "./runner.js";
import { trapped } from "./tools/traps.js";

/** One line of the contract's meaning. `Ability` is what a wire says it can do, `Scene` what the case works with. */
export interface Case<Ability, Scene> {
  /** What it is about: the name of its group. */
  readonly theme: string;
  /** A sentence about behaviour, unique within the suite. */
  readonly name: string;
  /** Why it does not apply to a wire that can do only this; `undefined` when it does. */
  readonly needs?: (ability: Ability) => string | undefined;
  /** How many deadlines it may take in all. Default 4. */
  readonly patience?: number;
  run(scene: Scene): Promise<void>;
}

/** A case as it stands for one setup. */
export interface Planned {
  readonly theme: string;
  readonly name: string;
  /** Why it is not run; `undefined` when it is. */
  readonly skipped: string | undefined;
  /** Milliseconds after which it has failed. */
  readonly timeout: number;
  /** Rejects with what is wrong. Also with whatever escaped as an unhandled rejection or a warning meanwhile. */
  run(): Promise<void>;
}

/** A scene that can be cleaned up. */
export interface Disposable {
  dispose(): Promise<void>;
}

export interface PlanOptions<Ability, Scene extends Disposable> {
  readonly ability: Ability;
  /** Cases that this setup does not pass, by name (with or without the end in brackets), and why. */
  readonly exceptions: Readonly<Record<string, string>>;
  readonly deadline: number;
  scene(): Scene;
}

export function plan<Ability, Scene extends Disposable>(
  cases: readonly Case<Ability, Scene>[],
  { ability, exceptions, deadline, scene }: PlanOptions<Ability, Scene>,
): Planned[] {
  const excepted = Object.entries(exceptions);
  const isOf = (one: { readonly name: string }, name: string): boolean =>
    one.name === name || one.name.startsWith(`${name} (`);
  const unknown = excepted.find(([name]) => !cases.some((one) => isOf(one, name)));
  if (unknown !== undefined) throw new Error(`There is no case "${unknown[0]}" to make an exception of.`);
  return cases.map((one) => ({
    theme: one.theme,
    name: one.name,
    skipped: excepted.find(([name]) => isOf(one, name))?.[1] ?? one.needs?.(ability),
    timeout: deadline * (one.patience ?? 4),
    run: () => trapped(() => play(one, scene())),
  }));
}

/** Gives the planned cases to a runner, those of one theme in a group of their own. */
export function register(runner: Runner, name: string, planned: readonly Planned[]): void {
  runner.describe(name, () => {
    for (const theme of new Set(planned.map((one) => one.theme))) {
      runner.describe(theme, () => {
        for (const one of planned) {
          if (one.theme !== theme) continue;
          if (one.skipped === undefined) runner.test(one.name, () => one.run(), { timeout: one.timeout });
          else runner.skip(one.name, one.skipped);
        }
      });
    }
  });
}

async function play<Ability, Scene extends Disposable>(one: Case<Ability, Scene>, scene: Scene): Promise<void> {
  try {
    await one.run(scene);
  } finally {
    await scene.dispose();
  }
}
