// The command line.

import { parseArgs } from "node:util";

export interface Options {
  readonly help: boolean;
  readonly schemes: readonly string[];
  readonly stay: boolean;
  readonly processes: boolean;
  /** Bytes of all files together. */
  readonly total: number;
  readonly atOnce: number;
  /** Small requests to time. */
  readonly small: number;
}

export const help = `Fetches the same files through a tunnel over every backend, checks them, and prints a table.

  --backend <name>     only this backend, such as ssh+ws; may be given several times (default: most of them)
  --stay               keep the tunnel over the one backend up, and print its URL
  --processes          run the private side in a process of its own
  --mebibytes <count>  size of all files together (default 100)
  --at-once <count>    requests under way at a time (default 16)
  --small <count>      small requests to time (default 200)
  --help               this text

Backends: `;

/**
 * What the user asked for, or why it cannot be had.
 * @param usual the backends that run when none is named
 */
export function parse(
  args: readonly string[],
  known: readonly string[],
  usual: readonly string[] = known,
): Options | string {
  let values: ReturnType<typeof read>;
  try {
    values = read(args);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const schemes = values.backend ?? usual;
  const unknown = schemes.find((scheme) => !known.includes(scheme));
  if (unknown !== undefined) return `Unknown backend "${unknown}".`;
  if (values.stay && schemes.length !== 1) return "--stay keeps one backend up; name it with --backend.";
  const total = Number(values.mebibytes) * 1024 * 1024;
  const [atOnce, small] = [Number(values["at-once"]), Number(values.small)];
  if (![total, atOnce, small].every((count) => Number.isSafeInteger(count) && count > 0)) {
    return "--mebibytes, --at-once and --small take whole numbers above zero.";
  }
  const { help, stay, processes } = values;
  return { help, schemes, stay, processes, total, atOnce, small };
}

function read(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      backend: { type: "string", multiple: true },
      stay: { type: "boolean", default: false },
      processes: { type: "boolean", default: false },
      mebibytes: { type: "string", default: "100" },
      "at-once": { type: "string", default: "16" },
      small: { type: "string", default: "200" },
      help: { type: "boolean", default: false },
    },
  });
  return values;
}
