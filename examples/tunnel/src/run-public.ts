// The public side in a process of its own: `node run-public.js <where to listen>`. Prints where it listens first, serves one
// session and, when that has ended, prints what became of it and its streams.

import { serve } from "streams-core";
import { backends } from "./backends.js";
import { Counts, counting } from "./counting.js";
import { expose } from "./public.js";

const [where = ""] = process.argv.slice(2);
const counts = new Counts();
const server = await serve(where, backends);
console.log(server.url.href);
const session = await server.accept();
await server.close();
if (session !== null) {
  await expose(counting(counts)(session));
  await counts.report(session);
}
