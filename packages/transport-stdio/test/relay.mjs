// A child for tests: passes on what comes over its standard input and output to the Unix socket named in its arguments, and back, so
// that one process can hold both ends of a stdio connection.

import { connect } from "node:net";
import { fromDuplex } from "streams-core/node";
import { stdio } from "transport-stdio";

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("The path of the socket is missing.");

const server = await stdio().serve(new URL("stdio:"));
console.log("This goes to standard error.");
const own = await server.accept();
if (own === null) throw new Error("There is no connection.");
const other = fromDuplex(connect(path));

await Promise.all([pass(own, other), pass(other, own)]);

async function pass(from, to) {
  try {
    for await (const chunk of from) await to.write(chunk);
    await to.close();
  } catch {
    from.reset();
    to.reset();
  }
}
