// A script of this example in a process of its own, as a test sees it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface Script {
  readonly child: ChildProcess;
  /** The next line of its standard output; rejects when there is none. */
  line(): Promise<string>;
  /** Its exit code, and what it wrote besides the lines that were taken. */
  ended(): Promise<{ code: number | null; stdout: string; stderr: string }>;
}

export function script(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Script {
  const path = fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TUNNEL_PASSWORD: "of a test", ...env },
  });
  const exit = once(child, "close");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return {
    child,
    async line() {
      const { value } = await lines.next();
      if (value === undefined) throw new Error(`${name} ended without another line: ${stderr}`);
      return value;
    },
    async ended() {
      let stdout = "";
      for (let next = await lines.next(); !next.done; next = await lines.next()) stdout += `${next.value}\n`;
      await exit;
      return { code: child.exitCode, stdout, stderr };
    },
  };
}
