// Every script against every framed wire: what a hostile peer does, row by row of the scorecard.

import assert from "node:assert/strict";
import { latin1 } from "./bytes.js";
import type { Fault, HostileCodec } from "./codec.js";
import { errorOf } from "./peer.js";
import { floods } from "./rows/floods.js";
import { flow } from "./rows/flow.js";
import type { Row } from "./rows/row.js";
import { sessions } from "./rows/session.js";
import { streams } from "./rows/streams.js";

/** What the wire can express, in the order of the scorecard. */
export function rowsOf(codec: HostileCodec): Row[] {
  const rows = [...codec.faults.map(faultRow), ...floods, ...flow, ...streams, ...sessions];
  const isSaid = ({ row, needsReset }: Row): boolean =>
    codec.cannot[row] === undefined && !(needsReset && codec.noReset);
  return rows.filter(isSaid).sort((a, b) => order(a.row) - order(b.row));
}

function order(row: string): number {
  return Number.parseInt(row, 10);
}

/** The peer breaks one rule: the session ends with the right error, says so, and the application gets nothing but that. */
function faultRow({ row, does, bytes, code, first }: Fault): Row {
  return {
    row,
    does: `a peer that ${does} gets ${code}`,
    async run(site) {
      const peer = site.peer({ initialWindow: site.codec.leastWindow, greets: !first });
      const listener = peer.session.listen();
      await peer.send(bytes);
      const error = await peer.failure();
      assert.equal(error.code, code);
      assert.equal(error.remote, true);
      assert.equal(await peer.closeCode(), site.codec.closeCode(code));
      assert.equal(peer.session.stats().streamsOpen, 0);
      // What came whole before the fault was a stream like any other, and died with the session.
      const stream = await listener.accept();
      if (stream !== null) assert.equal((await errorOf(stream.write(latin1("x")))).code, code);
    },
  };
}
