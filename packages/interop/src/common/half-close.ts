// A request that ends before its response begins: each direction ends by itself.

import { readAll, seeded, writeSeeded } from "../bytes.js";
import type { Original } from "../original.js";
import { whole } from "../whole.js";
import type { CommonCase } from "./common-case.js";
import { nextOf, openOurs, openTheirs } from "./link.js";

const REQUEST = 1000;
const RESPONSE = 300_000;
const applies = ({ halfClose = true }: Original): boolean => halfClose;

export const halfCloses: readonly CommonCase[] = [
  {
    name: "our request ends, then the peer's response comes whole",
    opener: "us",
    applies,
    run: async (t) => {
      const { session, peer } = await t.start();
      const accepting = peer.accept();
      const ours = await openOurs(t, session);
      await writeSeeded(ours, REQUEST, 1);
      await ours.close();
      const theirs = await accepting;
      whole(await theirs.read(), seeded(1, REQUEST), "the request");
      const response = readAll(ours);
      whole(await theirs.write(RESPONSE, 2), seeded(2, RESPONSE), "the response at the peer");
      await theirs.closeWrite();
      whole(await response, seeded(2, RESPONSE), "the response");
      await ours.closed;
    },
  },
  {
    name: "the peer's request ends, then our response comes whole",
    opener: "peer",
    applies,
    run: async (t) => {
      const pair = await t.start();
      const listener = pair.session.listen();
      const requesting = openTheirs(t, pair).then(async (theirs) => {
        whole(await theirs.write(REQUEST, 1), seeded(1, REQUEST), "the request at the peer");
        await theirs.closeWrite();
        return theirs;
      });
      const [theirs, ours] = await Promise.all([requesting, nextOf(listener)]);
      whole(await readAll(ours), seeded(1, REQUEST), "the request");
      const response = theirs.read();
      await writeSeeded(ours, RESPONSE, 2);
      await ours.close();
      whole(await response, seeded(2, RESPONSE), "the response");
      await ours.closed;
    },
  },
];
