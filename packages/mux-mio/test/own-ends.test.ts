// Two ends of ours, whose options are about the original and need not be the same.

import { mio } from "mux-mio";
import { memoryPair } from "streams-core";
import { expect, onTestFinished, test } from "vitest";

const KiB = 1024;

test.each(["auto", "streams"] as const)(
  "with other windowSizeLimits keep within each other's windows (peer: %s)",
  async (peer) => {
    const [near, far] = memoryPair();
    const small = mio({ peer, windowSizeLimit: 128 * KiB })(near, "client");
    const large = mio({ peer })(far, "server");
    onTestFinished(async () => void (await Promise.all([small.close(), large.close()])));
    const stream = await large.newStream();
    void stream.write(new Uint8Array(256 * KiB));
    void stream.close();
    let got = 0;
    const accepted = await small.listen().accept();
    // Nothing is read until all that may come unread has come.
    await new Promise((resolve) => setImmediate(resolve));
    for await (const chunk of accepted ?? []) got += chunk.byteLength;
    expect(got).toBe(256 * KiB);
  },
);
