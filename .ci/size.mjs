// What a program that uses core and native ships to a browser, against what it should and what it must not be.

import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

const AIM = 12 * 1024;
const LIMIT = 18 * 1024;

const NATIVE = 'export { native } from "mux-native";';
const ALL = `export { connect, over, serve } from "streams-core"; ${NATIVE}`;

/** Bytes, minified and gzipped. */
function sizeOf(contents) {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: "packages/matrix" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).byteLength;
}

const size = sizeOf(ALL);
console.log(`mux-native over a connection: ${sizeOf(NATIVE)} bytes minified and gzipped`);
console.log(`with connect, over and serve of streams-core: ${size}; the aim is ${AIM}, the limit ${LIMIT}`);
if (size > LIMIT) process.exitCode = 1;
