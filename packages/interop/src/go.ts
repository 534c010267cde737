// Go itself: whether it is there and new enough, and the peers' programs, built into a temporary folder and kept there.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const OLDEST = [1, 25] as const;
const ROOT = fileURLToPath(new URL("../go", import.meta.url));

/** Go's version, as `go1.26.8`. @throws with what to do if Go is missing or too old */
export async function goVersion(): Promise<string> {
  const version = await run("go", ["env", "GOVERSION"], { cwd: tmpdir() }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  const wanted = `Install Go ${OLDEST.join(".")} or newer (https://go.dev/dl) and put its bin folder into PATH`;
  if (version === undefined) throw new Error(`The originals are built with Go, which was not found. ${wanted}.`);
  const [, major = "0", minor = "0"] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  const isNew = Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]);
  if (!isNew) throw new Error(`The originals need Go ${OLDEST.join(".")}; this is ${version}. ${wanted}.`);
  return version;
}

/**
 * The version of a module that a peer of ours is built with, from its go.mod or what it has instead. @throws if the peer does not
 * require it
 */
export function moduleVersion(folder: string, module: string, modfile = "go.mod"): string {
  const lines = readFileSync(join(ROOT, folder, modfile), "utf8").split("\n");
  for (const line of lines) {
    const [name, version] = line
      .trim()
      .replace(/^require /, "")
      .split(" ");
    if (name === module && version?.startsWith("v")) return version;
  }
  throw new Error(`go/${folder}/${modfile} does not require ${module}.`);
}

/** The registry does not give out an original, which is no fault of ours and none of its. */
export class Unavailable extends Error {}

const programs = new Map<string, Promise<string>>();

/**
 * The path of a peer's program, built once for each state of its sources.
 * @param modfile with the versions to build it with, where they are not those of its go.mod
 * @throws with the compiler's words
 */
export function goProgram(folder: string, modfile = "go.mod"): Promise<string> {
  const name = `${folder}/${modfile}`;
  const known = programs.get(name);
  if (known !== undefined) return known;
  const building = build(folder, modfile);
  building.catch(() => {});
  programs.set(name, building);
  return building;
}

async function build(folder: string, modfile: string): Promise<string> {
  const hash = createHash("sha256")
    .update(await goVersion())
    .update(modfile);
  for (const part of ["kit", folder]) addFiles(hash, part);
  const path = join(binaries(), `${folder}-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(path)) return path;
  const half = `${path}.${process.pid}`;
  const args = ["build", "-buildvcs=false", `-modfile=${modfile}`, "-o", half, "."];
  await run("go", args, { cwd: join(ROOT, folder), maxBuffer: 2 ** 24 }).catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    const [refused] = /^.*(?:40[34] |410 |module version is not available).*$/m.exec(words) ?? [];
    if (refused !== undefined) throw new Unavailable(`go/${folder} cannot be downloaded: ${refused.trim()}`);
    throw new Error(`go/${folder} does not build:\n${words}`);
  });
  await rename(half, path);
  return path;
}

function addFiles(hash: ReturnType<typeof createHash>, part: string): void {
  for (const name of readdirSync(join(ROOT, part), { recursive: true, encoding: "utf8" }).sort()) {
    const path = join(ROOT, part, name);
    if (lstatSync(path).isFile()) hash.update(`${part}/${name}\0`).update(readFileSync(path)).update("\0");
  }
}

/** Nobody else may put programs where we run ours from. */
function binaries(): string {
  const path = join(tmpdir(), `streams-interop-${userInfo().username}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(path);
  const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
  if (!isOurs) throw new Error(`${path} belongs to somebody else, or others may write to it; remove it.`);
  return path;
}
