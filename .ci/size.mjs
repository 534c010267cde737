// What a program that uses core and native ships to a browser.

import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

const LIMIT = 12 * 1024;

const { outputFiles } = buildSync({
  stdin: {
    contents: 'export { connect, over, serve } from "streams-core"; export { native } from "mux-native";',
    resolveDir: "packages/matrix",
  },
  bundle: true,
  minify: true,
  write: false,
  format: "esm",
  platform: "browser",
  target: "es2022",
});
const size = gzipSync(outputFiles[0].contents, { level: 9 }).byteLength;
console.log(`streams-core and mux-native: ${size} bytes minified and gzipped, of ${LIMIT}`);
if (size > LIMIT) process.exitCode = 1;
