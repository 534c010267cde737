// A child process that passes on what comes over its standard input and output to the Unix socket named in its arguments, and back,
// so that one process can hold both ends of a stdio connection. When either side breaks it exits with an error.

import { connect } from "node:net";

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("The path of the socket is missing.");

const broken = (): never => process.exit(1);
const socket = connect({ path, allowHalfOpen: true });
socket.on("error", broken);
process.stdin.on("error", broken).pipe(socket);
process.stdout.on("error", broken);
socket.on("data", (chunk) => {
  if (!process.stdout.write(chunk)) socket.pause();
});
process.stdout.on("drain", () => socket.resume());
// Standard output ends with the process, and is flushed before.
socket.on("end", () => process.stdout.write("", () => process.exit(0)));
