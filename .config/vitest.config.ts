import { defineConfig } from "vitest/config";

// One run over the whole workspace: one set of totals. Many tests wait, so there are more workers than processors on a small machine.
export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: {
    include: ["{packages,examples}/*/test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
