import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeFiles } from "../src/files.js";
import { fetchAll } from "../src/load.js";
import { open, startHere } from "../src/tunnel.js";
import { script } from "./process.js";

const some = ["native+tcp", "http2+unix", "ssh+ws"];
let temporary: string;

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), "streams-tunnel-test-"));
});
afterEach(() => rm(temporary, { recursive: true }));

const named = some.flatMap((scheme) => ["--backend", scheme]);

describe("the table", () => {
  test.each([
    { where: "in one process", more: [] },
    { where: "with the private side in another process", more: ["--processes"] },
  ])("has a row for each backend, $where, and the exit code is 0", async ({ more }) => {
    const run = script("main", [...named, "--mebibytes", "3", "--small", "20", ...more]);
    const { code, stdout, stderr } = await run.ended();
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const rows = stdout.split("\n").slice(1, 1 + some.length);
    for (const [at, scheme] of some.entries()) {
      const [name, streams, bytes, ...rest] = rows[at]?.split(/\s+/) ?? [];
      expect([name, bytes, rest.at(-1)]).toEqual([scheme, "3,145,728", "ok"]);
      expect(Number(streams)).toBeGreaterThan(20);
    }
  });

  test("leaves nothing in the temporary directory", async () => {
    const args = ["--backend", "native+unix", "--mebibytes", "1", "--small", "1"];
    const { code } = await script("main", args, { TMPDIR: temporary }).ended();
    expect(code).toBe(0);
    expect(await readdir(temporary)).toEqual([]);
  });

  test("rejects a file that came through with another SHA-256", async () => {
    const files = await makeFiles(temporary, 1000);
    const wrong = files.map((file, at) => (at === 1 ? { ...file, sha256: "0".repeat(64) } : file));
    const tunnel = await open("native+memory", { home: temporary, directory: temporary }, startHere);
    const { signal } = new AbortController();
    await fetchAll(tunnel.url, files, 4, { signal });
    await expect(fetchAll(tunnel.url, wrong, 4, { signal })).rejects.toThrow("0001.bin: its SHA-256 is another");
    expect(await tunnel.close()).toBeGreaterThan(1);
  });
});

describe("--stay", () => {
  test("prints a URL that lists the files, until it is interrupted", async () => {
    const run = script("main", ["--backend", "ssh+ws", "--stay", "--mebibytes", "1"]);
    const [url = ""] = /http:\S+\//.exec(await run.line()) ?? [];
    const names = (await (await fetch(url)).text()).trim().split("\n");
    expect(names[0]).toBe("0000.bin");
    expect((await fetch(new URL("0000.bin", url))).headers.get("content-length")).toBe("1");
    expect((await fetch(new URL("..%2f..%2fetc", url))).status).toBe(404);
    run.child.kill("SIGINT");
    expect((await run.ended()).code).toBe(0);
  });
});

describe("the command line", () => {
  test("--help names the options and the backends", async () => {
    const { code, stdout } = await script("main", ["--help"]).ended();
    expect(code).toBe(0);
    expect(stdout).toContain("--backend <name>");
    expect(stdout).toContain("ssh+native+ws");
  });

  test.each([
    { args: ["--backend", "smoke+signals"], says: 'Unknown backend "smoke+signals"' },
    { args: ["--speed"], says: "Unknown option '--speed'" },
    { args: ["--stay"], says: "--stay keeps one backend up" },
    { args: ["--mebibytes", "0"], says: "whole numbers above zero" },
  ])("$args is answered with what is wrong and what there is, and exit code 2", async ({ args, says }) => {
    const { code, stdout, stderr } = await script("main", args).ended();
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(says);
    expect(stderr).toContain("native+tcp");
  });
});
