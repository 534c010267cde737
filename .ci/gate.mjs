// Runs every step, whatever the others said, and adds up what passed and failed.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { checkPackages } from "./packages.mjs";

const MATRIX = ["native", "http2", "ssh", "bad-input"].map((name) => `packages/matrix/test/${name}.test.ts`);
const MUXES = ["engine", "native", "http2", "ssh"].map((name) => `packages/mux-${name}`);
const OWN = ["packages/streams-", ...MUXES, "packages/transport-", "examples"];
/**
 * What runs on which Node besides the one that runs this: what meets Node itself, on the oldest and the two newest the matrix of it, and
 * on the newest every wire.
 */
const NODES = { 20: [...OWN, ...MATRIX], 22: OWN, 24: [...OWN, ...MATRIX], 26: [...OWN, ...MATRIX, "packages/mux-"] };
const START_LIMIT_S = 90;
const INTEROP_LIMIT_S = 600;
/** Heavy cases and transports are many on one Node; on the others some of them are enough. */
const FEWER = { MATRIX_SCALE: "0.1", MATRIX_TRANSPORTS: "tcp" };

const temporary = mkdtempSync(join(tmpdir(), "streams-gate-"));
// As a new user has it: an empty home. CI makes a missing peer program a failure and not a skip.
const env = { ...process.env, HOME: mkdtempSync(join(temporary, "home-")), TURBO_TELEMETRY_DISABLED: "1", CI: "true" };
let passed = 0;
let failed = 0;
const failures = [];
const unsteady = [];
const skipsTold = new Set();

function step(name, body) {
  const began = performance.now();
  console.log(`\n━━ ${name}`);
  let error;
  try {
    body();
    passed += 1;
  } catch (thrown) {
    error = thrown;
    failed += 1;
    failures.push(`${name}: ${error.message}`);
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `━━ ${error === undefined ? "passed" : "FAILED"} in ${seconds} s: ${name}${error === undefined ? "" : `\n${error.message}`}`,
  );
}

function run(command, args, options = {}) {
  const { status, signal } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], env, ...options });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${signal ?? status}`);
}

/**
 * Runs the test command with a report, whose numbers count. Files with a failure run once more, alone: what then passes is named at
 * the end as unsteady, what fails again as failed. `keep` is the file that gets the results.
 */
function tests(name, command, args, { keep, folders = [], ...options } = {}) {
  let files = reported(command, [...args, ...folders], options);
  const broken = files.filter(hasFailed);
  if (broken.length > 0 && broken.length <= 5) {
    const again = reported(command, [...args, ...broken.map((file) => file.name)], options);
    unsteady.push(
      ...again.filter((file) => !hasFailed(file)).map((file) => `${name}: ${relative(process.cwd(), file.name)}`),
    );
    files = [...files.filter((file) => !broken.includes(file)), ...again];
    for (const file of broken)
      for (const test of file.assertionResults.filter(isFailed)) console.log(told(name, file, test));
  }
  const results = files.flatMap((file) => file.assertionResults);
  passed += results.filter(({ status }) => status === "passed").length;
  failed += results.filter(isFailed).length;
  for (const file of files.filter(hasFailed)) {
    failures.push(...file.assertionResults.filter(isFailed).map((test) => told(name, file, test)));
    if (!file.assertionResults.some(isFailed)) failures.push(`${name}: ${file.name}\n${file.message}`);
  }
  printSkipped(results);
  if (keep !== undefined) writeFileSync(keep, JSON.stringify({ testResults: files }));
  if (files.some(hasFailed)) throw new Error("See the end.");
}

function reported(command, args, options) {
  const report = join(mkdtempSync(join(temporary, "report-")), "tests.json");
  let error;
  try {
    run(command, [...args, "--reporter=dot", "--reporter=json", `--outputFile.json=${report}`], options);
  } catch (thrown) {
    error = thrown;
  }
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  // An error outside every test also ends the run with a failure, and is nobody's to run again.
  if (error !== undefined && !testResults.some(hasFailed)) throw error;
  return testResults;
}

const isFailed = ({ status }) => status === "failed";
const hasFailed = (file) => isFailed(file) || file.assertionResults.some(isFailed);
const told = (name, file, { fullName, failureMessages }) =>
  `${name}: ${relative(process.cwd(), file.name)}\n  ${fullName}\n  ${failureMessages.join("\n").slice(0, 1500)}`;

/** What does not apply somewhere, and why: the reason stands in the name. Said once, and again only where another run differs. */
function printSkipped(results) {
  const places = new Map();
  for (const { status, title, ancestorTitles } of results) {
    if (status === "passed" || status === "failed") continue;
    places.set(title, [...(places.get(title) ?? []), ancestorTitles[0]]);
  }
  const lines = [...places].map(([title, where]) => `  ${title}\n      in ${[...new Set(where)].join(", ")}`);
  const fresh = lines.filter((line) => !skipsTold.has(line));
  for (const line of fresh) skipsTold.add(line);
  console.log(
    `${lines.length} cases are not applicable somewhere${fresh.length < lines.length ? "; those not told above" : ""}:`,
  );
  for (const line of fresh) console.log(line);
}

/** The npm package `node` carries the binaries. */
function nodeOf(major) {
  const folder = mkdtempSync(join(temporary, `node${major}-`));
  run("npm", ["install", "--silent", "--no-save", "--prefix", folder, `node@${major}`]);
  const bin = join(folder, "node_modules/node/bin");
  const version = spawnSync(join(bin, "node"), ["--version"], { encoding: "utf8" }).stdout ?? "";
  if (!version.startsWith(`v${major}.`)) throw new Error(`node@${major} gave ${version || "nothing"}`);
  return bin;
}

/** Go's own caches may be warm: go.sum says what is in them. */
function goCaches() {
  const asked = spawnSync("go", ["env", "-json", "GOMODCACHE", "GOCACHE"], { encoding: "utf8" });
  return asked.status === 0 ? JSON.parse(asked.stdout) : {};
}

const own = process.versions.node.split(".")[0];
const rows = join(temporary, "rows.json");
step(`npm test on an empty home, Node ${own}`, () => tests(`Node ${own}`, "npm", ["test", "--"], { keep: rows }));
step("the reliability scorecard", () => run("node", ["packages/reliability/dist/table.js", rows]));
step("every wire against its originals", () => {
  const limits = { timeout: INTEROP_LIMIT_S * 1000, env: { ...env, ...goCaches() } };
  run("node", ["packages/interop/dist/main.js", "--check", "--again"], limits);
});
step("the README's table of wires", () => run("node", ["packages/interop/dist/readme.js", "--check"]));
step("a soak", () =>
  run("node", ["packages/reliability/dist/soak/main.js", "--backend", "native+tcp", "--minutes", "0.5"]),
);
step("lint and types", () => run("npm", ["run", "--silent", "check"]));
step("changesets", () => run("npx", ["changeset", "status"]));
step("npm start", () => {
  const began = performance.now();
  run("npm", ["start"]);
  const seconds = (performance.now() - began) / 1000;
  if (seconds > START_LIMIT_S) throw new Error(`npm start took ${seconds.toFixed(0)} s; ${START_LIMIT_S} are allowed.`);
});
for (const name of ["custom-wrapper", "plugin-stdio"]) step(name, () => run("node", [`examples/${name}/dist/main.js`]));
step("packages as users install them", () => checkPackages(run, temporary));
step("size of core and native", () => run("node", [".ci/size.mjs"]));
for (const [major, folders] of Object.entries(NODES).filter(([one]) => one !== own)) {
  step(`what meets Node itself, on Node ${major}`, () => {
    const path = `${nodeOf(major)}:${process.env.PATH}`;
    const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", ".config/vitest.config.ts"];
    tests(`Node ${major}`, "node", vitest, { folders, env: { ...env, ...FEWER, PATH: path } });
  });
}
rmSync(temporary, { recursive: true, force: true });
if (unsteady.length > 0) console.log(`\nPassed only when run again, alone:\n${unsteady.join("\n")}`);
if (failures.length > 0) console.log(`\nFailed:\n${failures.join("\n\n")}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
