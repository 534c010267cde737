// The code in the READMEs: where it is, and how to compile and run it.

import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here: string = fileURLToPath(new URL("..", import.meta.url));
const top: string = join(here, "../..");
/** Inside this package, so that the programs find the workspace's packages. */
const folder: string = join(here, ".snippets");

export interface Snippet {
  /** The README and the line its code starts at. */
  readonly name: string;
  readonly source: string;
  readonly program: string;
}

/** Every ```ts block of the README of the repository, its packages and its examples. */
export function findSnippets(): Snippet[] {
  const folders = ["packages", "examples"].flatMap((parent) =>
    readdirSync(join(top, parent)).map((name) => join(top, parent, name)),
  );
  return [top, ...folders].flatMap((folder) => snippetsOf(join(folder, "README.md")));
}

function snippetsOf(readme: string): Snippet[] {
  const text = readFileSync(readme, "utf8");
  const path = relative(top, readme);
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => {
    const line = text.slice(0, match.index).split("\n").length + 1;
    const file = `${path.replaceAll(/[/.]/g, "-")}-${line}`;
    return { name: `${path}:${line}`, source: match[1] ?? "", program: join(folder, "dist", `${file}.js`) };
  });
}

/** Type-checks and compiles them all. Rejects with the compiler's complaints. */
export async function compile(snippets: readonly Snippet[]): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { program, source } of snippets) {
    writeFileSync(
      join(folder, relative(join(folder, "dist"), program).replace(/js$/, "ts")),
      `${source}\nexport {};\n`,
    );
  }
  const config = {
    extends: "../../../tsconfig.base.json",
    compilerOptions: {
      types: ["node"],
      rootDir: ".",
      outDir: "dist",
      declaration: false,
      declarationMap: false,
      isolatedDeclarations: false,
    },
    include: ["*.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  await run(process.execPath, [tsc, "-p", folder]).catch((error: { stdout: string }) => {
    throw new Error(`The code of a README does not compile:\n${error.stdout}`);
  });
}

/** Runs one to its end. Rejects unless it exits with 0 within 20 seconds. */
export async function execute(snippet: Snippet): Promise<void> {
  await run(process.execPath, ["--unhandled-rejections=strict", snippet.program], {
    cwd: dirname(snippet.program),
    timeout: 20_000,
  });
}
