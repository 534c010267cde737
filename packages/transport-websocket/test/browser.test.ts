// The package where there is no Node.

import { readFileSync } from "node:fs";
import { ws } from "transport-websocket";
import * as browser from "transport-websocket/platform";
import { expect, it } from "vitest";
import { WebSocket } from "ws";

globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

it("the entry for browsers imports neither ws nor anything of Node", () => {
  const seen = new Set<string>();
  const outside = new Set<string>();
  const visit = (file: URL): void => {
    if (seen.has(file.href)) return;
    seen.add(file.href);
    for (const [, name = ""] of readFileSync(file, "utf8").matchAll(/from\s+"([^"]+)"/g)) {
      if (name.startsWith(".")) visit(new URL(name, file));
      else outside.add(name);
    }
  };
  visit(new URL("../dist/browser.js", import.meta.url));
  expect([...outside].sort()).toEqual(["streams-core", "streams-core/kit"]);
});

it("both entries export the same names", async () => {
  expect(Object.keys(browser).sort()).toEqual(Object.keys(await import("transport-websocket")).sort());
});

it("serving is not supported, and options that a browser cannot follow are refused", async () => {
  await expect(browser.ws().serve(new URL("ws://127.0.0.1:0"))).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
  expect(() => browser.attach()).toThrow(expect.objectContaining({ code: "ERR_UNSUPPORTED" }));
  const invalid = expect.objectContaining({ code: "ERR_OPTION_INVALID" });
  expect(() => browser.ws({ headers: { authorization: "x" } })).toThrow(invalid);
  expect(() => browser.wss({ ca: "x" })).toThrow(invalid);
});

it("dialling says ERR_UNREACHABLE, ERR_TIMEOUT or the abort's reason", async () => {
  const server = await ws().serve(new URL("ws://127.0.0.1:0"));
  const aborted = browser.ws().dial(server.url, { signal: AbortSignal.abort("no") });
  await expect(aborted).rejects.toBe("no");
  await server.close();
  await expect(browser.ws().dial(server.url)).rejects.toMatchObject({ code: "ERR_UNREACHABLE" });
});

it("a peer that sends more than maxUnread before anybody reads ends the connection", async () => {
  const server = await ws().serve(new URL("ws://127.0.0.1:0"));
  const near = await browser.ws({ maxUnread: 100_000 }).dial(server.url);
  const far = await server.accept();
  void far?.write(new Uint8Array(300_000));
  await expect(near.closed).rejects.toMatchObject({ code: "ERR_FLOW_CONTROL" });
  expect((await near.read())?.byteLength).toBeGreaterThan(0);
  await expect(far?.closed).rejects.toMatchObject({ remote: true });
  await server.close();
});

it("writing waits for the platform's buffer and no timer stays behind", async () => {
  const server = await ws().serve(new URL("ws://127.0.0.1:0"));
  const near = await browser.ws({ highWaterMark: 1000 }).dial(server.url);
  const far = await server.accept();
  let received = 0;
  const reading = (async () => {
    for await (const chunk of far ?? []) received += chunk.byteLength;
  })();
  for (let i = 0; i < 20; i += 1) await near.write(new Uint8Array(50_000));
  await near.close();
  await reading;
  expect(received).toBe(1_000_000);
  await far?.close();
  await near.closed;
  await server.close();
});
