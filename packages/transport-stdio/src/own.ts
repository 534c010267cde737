// This process as the child: a Conn over its own standard input and output, kept clean of everything else that prints.

import { closeSync, fstatSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { type Conn, StreamsError } from "streams-core";
import { fromDuplex } from "streams-core/node";
import { Joined, type Sink } from "./joined.js";

const STDOUT = 1;
let taken = false;

/** @throws ERR_ADDRESS_IN_USE when called a second time in this process; ERR_UNSUPPORTED when standard output is a terminal */
export function ownConn(highWaterMark: number): Conn {
  if (taken) {
    throw new StreamsError("ERR_ADDRESS_IN_USE", "This process serves its standard input and output already.");
  }
  if (process.stdout.isTTY) {
    const message = "Standard output is a terminal; start this program with stdio({ command }).dial, or with pipes.";
    throw new StreamsError("ERR_UNSUPPORTED", message);
  }
  taken = true;
  process.stdin.on("error", ignore);
  return fromDuplex(new Joined(process.stdin, takeStdout()), { highWaterMark });
}

/** From here on only the sink writes to standard output. What others print goes to standard error. */
function takeStdout(): Sink {
  const out = process.stdout;
  const write = out.write.bind(out);
  const end = out.end.bind(out);
  out.on("error", ignore); // its writers are told
  out.write = process.stderr.write.bind(process.stderr);
  out.end = () => out;
  return {
    write,
    cork: () => out.cork(),
    uncork: () => out.uncork(),
    end: (done) =>
      end(() => {
        close(out);
        done();
      }),
    destroy: () => close(out),
    get destroyed() {
      return out.destroyed;
    },
  };
}

/**
 * Node never closes standard output, and a pipe has no half-close but that: without it the parent would read no end while this process
 * lives. The number is given to the null device, or the next file opened would get it and what prints past `process.stdout`.
 */
function close(out: NodeJS.WriteStream): void {
  if (out.destroyed) return;
  Reflect.deleteProperty(out, "_destroy"); // Node puts one there that does nothing
  out.destroy();
  out.once("close", () => {
    if (fstatSync(STDOUT).isCharacterDevice()) return;
    closeSync(STDOUT);
    openSync(devNull, "w");
  });
}

function ignore(): void {}
