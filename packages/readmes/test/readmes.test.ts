import { beforeAll, describe, expect, test } from "vitest";
import { compile, execute, findSnippets } from "../src/snippets.js";

const snippets = findSnippets();

describe("the code of every README", () => {
  beforeAll(() => compile(snippets), 60_000);

  test("exists", () => {
    expect(snippets.length).toBeGreaterThan(10);
  });

  test.each(snippets)("$name compiles, runs and exits with 0", (snippet) => execute(snippet), 30_000);
});
