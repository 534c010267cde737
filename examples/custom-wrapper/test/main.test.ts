import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("the program shows both wrappers over both backends, and ends with exit code 0", () => {
  const script = fileURLToPath(new URL("../dist/main.js", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8", timeout: 15_000 });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  for (const scheme of ["native+tcp", "http2+tcp"]) {
    const shown = stdout.slice(stdout.indexOf(scheme)).split("\n\n")[0];
    expect(shown).toMatch(/stream \d+: opened by the local end/);
    expect(shown).toMatch(/stream \d+: ended; wrote 5, read 5/);
    expect(shown).toContain("answer: HELLO");
    expect(shown).toContain("answer: STREAMS");
    expect(shown).toMatch(/heartbeat: \d+\.\d ms/);
  }
});

test.each(["logging", "heartbeat"])("%s takes at most 40 lines", (name) => {
  const source = readFileSync(new URL(`../src/${name}.ts`, import.meta.url), "utf8");
  expect(source.trimEnd().split("\n").length).toBeLessThanOrEqual(40);
});
