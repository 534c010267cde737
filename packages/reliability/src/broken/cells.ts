// The table of every wire over every transport. After each test a session beside the one that broke must still serve, and nothing may
// have been warned of.

import { memoryPair, type StreamProvider } from "streams-core";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { accepting, drain, echo, noise, sha256 } from "./fates.js";
import { MEDIA, type MediumName } from "./media.js";
import { muxOf, WIRES, type WireName } from "./wires.js";

const MiB = 1024 * 1024;

export type Body = (wire: WireName, medium: MediumName) => void;

/** Describes each cell: the wire outermost, then the transport. */
export function overCells(body: Body): void {
  overCellsOf(describe, body);
}

/** As `overCells`, for tests that wait for timers: those of one wire run at the same time. */
export function overCellsAtOnce(body: Body): void {
  overCellsOf(describe.concurrent, body);
}

function overCellsOf(describeWire: (name: string, body: () => void) => void, body: Body): void {
  for (const wire of WIRES) {
    describeWire(wire, () => {
      withSibling(wire);
      for (const medium of MEDIA) describe(medium, () => body(wire, medium));
    });
  }
}

function withSibling(wire: WireName): void {
  const warnings: string[] = [];
  const warned = (warning: Error): void => void warnings.push(warning.message);
  let client: StreamProvider;
  let server: StreamProvider;
  beforeAll(async () => {
    process.on("warning", warned);
    const [near, far] = memoryPair();
    client = muxOf(wire)(near, "client");
    server = muxOf(wire)(far, "server");
    void accepting(server, echo);
    await client.ready;
  });
  afterEach(async () => {
    const stream = await client.newStream();
    const sent = noise(MiB, 1);
    void stream.write(sent.slice());
    void stream.close();
    const { bytes, fate } = await drain(stream);
    expect(fate).toBe("end");
    expect(sha256(bytes)).toBe(sha256(sent));
    expect(warnings).toEqual([]);
  });
  afterAll(async () => {
    process.off("warning", warned);
    await Promise.all([client.close(), server.close()]);
  });
}
