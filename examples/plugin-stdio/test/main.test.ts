import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";

describe("the parent and its plugin", () => {
  let stdout: string[];
  let stderr: string;
  let code: number | null;

  beforeAll(() => {
    const script = fileURLToPath(new URL("../dist/main.js", import.meta.url));
    const run = spawnSync(process.execPath, [script], { encoding: "utf8", timeout: 15_000 });
    stdout = run.stdout.trimEnd().split("\n");
    stderr = run.stderr;
    code = run.status;
  });

  test("end by themselves with exit code 0", () => {
    expect(code).toBe(0);
  });

  test("answer a hundred requests at a time, and refuse what they do not know", () => {
    expect(stdout.filter((line) => !line.startsWith("log: ")).slice(0, 4)).toEqual([
      "words: 6",
      "sha256: 100 of 100 asked for at once are right",
      "rot13: ERR_REFUSED (the plugin knows words and sha256)",
      'ended: {"code":0,"reason":"","remote":false}',
    ]);
  });

  test("log on a stream of their own meanwhile", () => {
    const logged = ["log: ready, with words and sha256", "log: 50 requests so far", "log: 100 requests so far"];
    expect(stdout.filter((line) => line.startsWith("log: "))).toEqual(logged);
  });

  test("are not disturbed by a console.log of the plugin, which goes to standard error", () => {
    const line = "A stray console.log of the plugin goes to standard error, and breaks nothing.\n";
    expect(stderr).toBe(line.repeat(2));
  });

  test("turn the death of the plugin into a typed error of every request and of the session", () => {
    const lost = /ERR_TRANSPORT_LOST, because of ERR_CHILD_FAILED: The child process \S+ was ended by signal SIGKILL$/
      .source;
    expect(stdout.at(-2)).toMatch(new RegExp(`^killed: 20 requests were under way, each got ${lost}`));
    expect(stdout.at(-1)).toMatch(new RegExp(`^session: ${lost}`));
  });
});
