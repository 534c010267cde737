// The private side in a process of its own: `node run-private.js <where to dial> <directory>`. Prints the public URL first and,
// when the session has ended, what became of it and its streams.

import { connect } from "streams-core";
import { backends } from "./backends.js";
import { Counts, counting } from "./counting.js";
import { serveDirectory } from "./files.js";
import { publish } from "./private.js";

const [where = "", directory = "."] = process.argv.slice(2);
const counts = new Counts();
const session = counting(counts)(await connect(where, backends));
process.once("SIGTERM", () => session.close());
console.log(await publish(serveDirectory(directory), session));
await counts.report(session);
