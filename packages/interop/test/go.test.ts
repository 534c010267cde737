// Go that is missing or too old is said so, with what to do about it.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { goVersion } from "../src/go.js";

/** Where nothing is found but a `go` that says it has this version, if any. */
function only(version?: string): void {
  const folder = mkdtempSync(join(tmpdir(), "interop-go-"));
  vi.stubEnv("PATH", folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  if (version === undefined) return;
  writeFileSync(join(folder, "go"), `#!/bin/sh\necho ${version}\n`);
  chmodSync(join(folder, "go"), 0o755);
}

test("without Go there is an error that says to install it", async () => {
  only();
  await expect(goVersion()).rejects.toThrow(/Go, which was not found\. Install Go 1\.25 or newer/);
});

test("a Go before 1.25 is too old, and 1.25 and what follows are not", async () => {
  only("go1.24.9");
  await expect(goVersion()).rejects.toThrow("The originals need Go 1.25; this is go1.24.9. Install Go 1.25");
  for (const version of ["go1.25.0", "go1.26.8", "go2.0"]) {
    only(version);
    expect(await goVersion()).toBe(version);
  }
});
