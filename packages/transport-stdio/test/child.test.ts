// A parent and its child: what each sees of the other's life and death.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Conn } from "streams-core";
import { type StdioOptions, stdio } from "transport-stdio";
import { describe, expect, it } from "vitest";

const cwd = fileURLToPath(new URL("..", import.meta.url));
const ANY = new URL("stdio:");
const SERVE = `
  import { stdio } from "transport-stdio";
  const server = await stdio().serve(new URL("native+stdio:"));
  const conn = await server.accept();
`;

/** A child that runs this code, and everything it prints to its standard error. */
async function child(code: string, options: StdioOptions = {}): Promise<{ conn: Conn; printed: () => string }> {
  let printed = "";
  const args = ["--input-type=module", "-e", code];
  const stderr = (chunk: Uint8Array): void => {
    printed += Buffer.from(chunk).toString();
  };
  const conn = await stdio({ command: process.execPath, args, cwd, stderr, ...options }).dial(ANY);
  return { conn, printed: () => printed };
}

async function text(conn: Conn): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of conn) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("starting", () => {
  it("says ERR_CHILD_FAILED when no file descriptor is free, and nothing more", async () => {
    const program = `
      import { openSync } from "node:fs";
      import { stdio } from "transport-stdio";
      const transport = stdio({ command: "true" });
      const failed = async () => transport.dial(new URL("stdio:")).then(() => "started", (error) => error);
      try { while (openSync("/dev/null")); } catch {}
      const error = await failed();
      await new Promise(setImmediate);
      process.exitCode = error.code === "ERR_CHILD_FAILED" && /EMFILE/.test(error.message) ? 0 : 1;`;
    const run = ["-c", 'ulimit -n 64; exec "$0" --input-type=module -e "$1"', process.execPath, program];
    const [exitCode] = await once(spawn("sh", run, { cwd, stdio: "ignore" }), "exit");
    expect(exitCode).toBe(0);
  });

  it.each([{ args: "one two" }, { args: [1] }, { command: 7 }])("refuses %o", (options) => {
    expect(() => stdio(options as object)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });

  it("says ERR_CHILD_FAILED and names a command that does not exist", async () => {
    await expect(stdio({ command: "/no/such/program" }).dial(ANY)).rejects.toMatchObject({
      code: "ERR_CHILD_FAILED",
      message: expect.stringContaining("/no/such/program"),
    });
  });

  it("says ERR_OPTION_INVALID without a command and for options that make no sense", async () => {
    await expect(stdio().dial(ANY)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    const invalid = expect.objectContaining({ code: "ERR_OPTION_INVALID" });
    expect(() => stdio({ killTimeout: 0 })).toThrow(invalid);
    expect(() => stdio({ highWaterMark: Number.NaN })).toThrow(invalid);
    expect(() => stdio({ stderr: "elsewhere" as "ignore" })).toThrow(invalid);
  });

  it("starts nothing when it was aborted before, and kills what it started when it is aborted meanwhile", async () => {
    const options = { command: process.execPath, args: ["-e", "setInterval(() => {}, 1000)"] };
    await expect(stdio(options).dial(ANY, { signal: AbortSignal.abort("no") })).rejects.toBe("no");
    const controller = new AbortController();
    const dialling = stdio(options).dial(ANY, { signal: controller.signal });
    controller.abort("not any more");
    await expect(dialling).rejects.toBe("not any more");
  });
});

describe("a child", () => {
  it("that ends its output and exits with 0 is read to a clean end", async () => {
    const { conn } = await child(`process.stdout.write("all of it")`);
    expect(await text(conn)).toBe("all of it");
    await conn.close();
    await conn.closed;
  });

  it("cannot corrupt the session by printing, which goes to its standard error", async () => {
    const { conn, printed } = await child(`
      const early = process.stdout;
      ${SERVE}
      console.log("logged");
      early.write("written");
      process.stdout.write("directly", () => {});
      for await (const chunk of conn) await conn.write(chunk);
      console.info("after");
      await conn.close();
    `);
    await conn.write(bytes("there and back"));
    await conn.close();
    expect(await text(conn)).toBe("there and back");
    await conn.closed;
    await expect.poll(printed).toBe("logged\nwrittendirectlyafter\n");
  });

  it("ends by itself when its connection has ended, also when it accepts in a loop", async () => {
    const { conn } = await child(`
      import { stdio } from "transport-stdio";
      for await (const conn of await stdio().serve(new URL("stdio:"))) {
        for await (const chunk of conn) await conn.write(chunk);
        await conn.close();
      }
    `);
    await conn.close();
    expect(await conn.read()).toBe(null);
    await conn.closed;
  });

  it("serves only once", async () => {
    const { conn } = await child(`
      ${SERVE}
      const again = await stdio().serve(new URL("stdio:")).catch((error) => error);
      await conn.write(Buffer.from(again.code));
      await conn.close();
      conn.read();
    `);
    void conn.close();
    expect(await text(conn)).toBe("ERR_ADDRESS_IN_USE");
  });

  it("half-closes a pipe of the shell too", async () => {
    const echo = `${SERVE} await conn.write(Buffer.from("first")); await conn.close(); console.log(String(await conn.read()));`;
    const args = ["-c", `"$0" --input-type=module -e "$1" | (cat; echo ended >&2)`, process.execPath, echo];
    const { conn, printed } = await child("", { command: "/bin/sh", args });
    await expect.poll(printed).toBe("ended\n");
    await conn.write(bytes("42"));
    await conn.close();
    expect(await text(conn)).toBe("first");
    await conn.closed;
    await expect.poll(printed).toBe("ended\n42\n");
  });

  it("whose writes wait for the parent goes on with everything else", async () => {
    const { conn, printed } = await child(`
      ${SERVE}
      const writing = conn.write(new Uint8Array(8 << 20));
      await new Promise((resolve) => setTimeout(resolve, 1));
      console.log("still running");
      let count = 0;
      for await (const chunk of conn) count += chunk.length;
      await writing;
      await conn.write(Buffer.from(String(count)));
      await conn.close();
    `);
    void conn.write(new Uint8Array(8 << 20));
    void conn.close();
    await expect.poll(printed, { timeout: 5000 }).toBe("still running\n");
    const received = await text(conn);
    expect(received.length).toBe((8 << 20) + 7);
    expect(received.endsWith(String(8 << 20))).toBe(true);
  });
});

describe("a child that fails", () => {
  it("gives what it had written, then its exit code and the end of its stderr, made printable", async () => {
    const { conn } = await child(`
      process.stdout.write("half", () => {
        process.stderr.write("x".repeat(5000) + "\\nbecause \\x1b[31mof this", () => process.exit(7));
      });
    `);
    expect(Buffer.from((await conn.read()) ?? []).toString()).toBe("half");
    const error = await conn.read().catch((reason) => reason);
    expect(error).toMatchObject({ code: "ERR_CHILD_FAILED", remote: true });
    expect(error.message).toMatch(/exited with code 7; .*because \\u001b\[31mof this$/);
    expect(error.message.length).toBeLessThan(2500);
    await expect(conn.closed).rejects.toMatchObject({ code: "ERR_CHILD_FAILED" });
    await expect(conn.write(bytes("x"))).rejects.toMatchObject({ code: "ERR_CHILD_FAILED" });
  });

  it("names the signal that ended it, to writes that wait as well", async () => {
    const { conn } = await child(
      `process.stdin.pause(); setInterval(() => {}, 1000); process.stdout.write(String(process.pid))`,
    );
    const pid = Number(Buffer.from((await conn.read()) ?? []).toString());
    const waiting = conn.write(new Uint8Array(16 << 20));
    const next = conn.write(bytes("x"));
    process.kill(pid, "SIGKILL");
    const killed = { code: "ERR_CHILD_FAILED", message: expect.stringContaining("SIGKILL") };
    await expect(waiting).rejects.toMatchObject(killed);
    await expect(next).rejects.toMatchObject(killed);
    await expect(conn.read()).rejects.toMatchObject(killed);
    await expect(conn.closed).rejects.toMatchObject(killed);
  });

  it("gives all it had written although nobody read it before it failed", async () => {
    const { conn } = await child(`
      process.stdout.write("y".repeat(150_000), () => process.exit(3));
    `);
    await conn.write(bytes("start reading"));
    await expect(conn.closed).rejects.toMatchObject({ code: "ERR_CHILD_FAILED" });
    let count = 0;
    await expect(
      (async () => {
        for await (const chunk of conn) count += chunk.byteLength;
      })(),
    ).rejects.toMatchObject({ code: "ERR_CHILD_FAILED" });
    expect(count).toBe(150_000);
  });
});

describe("a child that does not end", () => {
  const STUBBORN = `process.on("SIGTERM", () => console.error("asked")); setInterval(() => {}, 1000);`;
  const PID = `process.stdout.write(String(process.pid));`;

  it("is killed by a reset, with SIGKILL if it does not listen", async () => {
    const { conn, printed } = await child(`${STUBBORN} ${PID}`, { killTimeout: 100 });
    const pid = Number(Buffer.from((await conn.read()) ?? []).toString());
    conn.reset();
    await expect.poll(() => alive(pid), { timeout: 5000 }).toBe(false);
    expect(printed()).toBe("asked\n");
    await expect(conn.closed).rejects.toMatchObject({ code: "ERR_RESET" });
  });

  it("is killed killTimeout after both directions have ended, which stay a clean end", async () => {
    const code = `${SERVE} setInterval(() => {}, 1000); await conn.write(Buffer.from(String(process.pid))); await conn.close();`;
    const { conn } = await child(code, { killTimeout: 100 });
    const pid = Number(await text(conn));
    expect(alive(pid)).toBe(true);
    await conn.close();
    await conn.closed;
    await expect.poll(() => alive(pid), { timeout: 5000 }).toBe(false);
  });

  it("is killed when its parent exits", async () => {
    const parent = spawn(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `
          import { stdio } from "transport-stdio";
          const args = ["-e", ${JSON.stringify(`${PID} setInterval(() => {}, 1000);`)}];
          const conn = await stdio({ command: process.execPath, args }).dial(new URL("stdio:"));
          process.stdout.write(await conn.read(), () => process.exit());
        `,
      ],
      { cwd, stdio: ["ignore", "pipe", "inherit"] },
    );
    const [chunk] = await once(parent.stdout, "data");
    await once(parent, "exit");
    await expect.poll(() => alive(Number(String(chunk))), { timeout: 5000 }).toBe(false);
  });
});
