// One end ends a stream at once, or does not take it. The session goes on.

import { rejects } from "node:assert";
import { readAll } from "../bytes.js";
import { PeerError, type PeerStream, type Transfer } from "../peer.js";
import { saw } from "../whole.js";
import type { CommonCase } from "./common-case.js";
import { theyEcho, weEcho } from "./echo.js";
import { linked, openTheirs } from "./link.js";

const CODE = 5;

export const resets: readonly CommonCase[] = (["us", "peer"] as const).flatMap((opener): CommonCase[] => {
  const whose = opener === "us" ? "ours" : "the peer's";
  const goesOn = opener === "us" ? theyEcho : weEcho;
  return [
    {
      name: `we reset a stream of ${whose}, the peer sees it, and the session goes on`,
      opener,
      run: async (t) => {
        const pair = await t.start();
        const { ours, theirs } = await linked(t, pair, opener);
        const seen = theirs.read();
        ours.reset(CODE);
        saw(await seen, t.original.seesReset ?? "error", "our reset");
        await rejects(ours.closed);
        await goesOn(t, pair, 1, 1000);
      },
    },
    {
      name: `the peer resets a stream of ${whose}, we see it, and the session goes on`,
      opener,
      applies: ({ resets }) => resets !== undefined,
      run: async (t) => {
        const pair = await t.start();
        const { ours, theirs } = await linked(t, pair, opener);
        const seen = readAll(ours);
        await theirs.reset(CODE);
        saw(await seen, t.original.resets?.seen ?? "error", "the peer's reset");
        await goesOn(t, pair, 1, 1000);
      },
    },
  ];
});

export const refusals: readonly CommonCase[] = [
  {
    name: "we refuse a stream of the peer's, the peer sees it, and the session goes on",
    opener: "peer",
    run: async (t) => {
      const pair = await t.start();
      const refusing = pair.session.listen(() => ({ accept: false }));
      const seen = await refused(openTheirs(t, pair));
      saw(seen, t.original.seesRefusal ?? "error", "our refusal");
      await refusing.close();
      await weEcho(t, pair, 1, 1000);
    },
  },
];

/** An original sees a refusal when it opens the stream or, where opening asks nobody, when it reads. */
async function refused(opening: Promise<PeerStream>): Promise<Transfer> {
  try {
    const stream = await opening;
    // Nobody need take it: it makes the stream known where the original opens with the first bytes.
    await stream.write(1, 1);
    return await stream.read();
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    return { length: 0, sha256: "", head: "", end: false, error: { message: error.message, code: error.code } };
  }
}
