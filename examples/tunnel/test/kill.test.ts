// One side of the tunnel dies in the middle of the load: what the other makes of it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type File, makeFiles } from "../src/files.js";
import { fetchAll } from "../src/load.js";
import { type Script, script } from "./process.js";

const AT_ONCE = 16;
const MiB = 1024 * 1024;
let directory: string;
let files: File[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "streams-tunnel-test-"));
  files = await makeFiles(directory, 64 * MiB);
});
afterAll(() => rm(directory, { recursive: true }));

describe.each(["native+tcp", "http2+tcp", "ssh+tcp"])("over %s", (scheme) => {
  test.each([
    { victim: "private", survivor: "public" },
    { victim: "public", survivor: "private" },
  ] as const)(
    "kill -9 of the $victim side ends every stream of the $survivor side with a typed error within a second, and then its process",
    async ({ victim, survivor }) => {
      const sides = {} as Record<"public" | "private", Script>;
      try {
        sides.public = script("run-public", [`${scheme}://127.0.0.1:0`]);
        sides.private = script("run-private", [await sides.public.line(), directory]);
        const url = await sides.private.line();
        let killed = 0;
        let bytes = 0;
        const load = fetchAll(url, files, AT_ONCE, {
          signal: AbortSignal.timeout(10_000),
          onBytes(count) {
            bytes += count;
            if (killed > 0 || bytes < 8 * MiB) return;
            killed = performance.now();
            sides[victim].child.kill("SIGKILL");
          },
        });
        await expect(load).rejects.toThrow(/ECONNRESET|hang up|aborted/);
        const report = JSON.parse(await sides[survivor].line());
        expect(performance.now() - killed).toBeLessThan(1_000);
        // One stream asked for the URL and ended; the others carry visitors.
        expect(report.streams).toBeGreaterThan(AT_ONCE / 2);
        expect(report.session).toBe("ERR_TRANSPORT_LOST");
        expect(report.ends).toEqual({ clean: 1, ERR_TRANSPORT_LOST: report.streams - 1 });
        expect(await sides[survivor].ended()).toEqual({ code: 0, stdout: "", stderr: "" });
      } finally {
        sides.public?.child.kill("SIGKILL");
        sides.private?.child.kill("SIGKILL");
      }
    },
  );
});
