// Packs every public package, lints what was packed, installs it in a blank project and uses it from TypeScript and plain ESM.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** What is checked to be there, of each entry of each package. */
const EXPECTED = {
  "streams-core": ["connect", "serve", "over", "nest", "memory", "memoryPair", "StreamsError"],
  "streams-core/kit": ["Inbox", "Acceptor"],
  "streams-core/node": ["toDuplex", "fromDuplex"],
  "streams-core/web": ["toWeb", "fromWeb"],
  "streams-conformance": ["providerSuite", "connSuite"],
  "mux-engine": ["engineMux"],
  "mux-native": ["native"],
  "mux-http2": ["http2"],
  "mux-ssh": ["ssh"],
  "transport-tcp": ["tcp", "tls", "unix"],
  "transport-websocket": ["ws", "wss", "attach"],
  "transport-stdio": ["stdio"],
};

const PROGRAM = `
const [near, far] = memoryPair();
const client = native()(near, "client");
const server = native()(far, "server");
const stream = await client.newStream({ greeting: "hello" });
const accepted = await server.listen().accept();
if (accepted?.headers.get("greeting") !== "hello") throw new Error("The greeting did not arrive.");
await stream.opened;
await client.close();
`;

export function checkPackages(run, temporary) {
  const packed = join(temporary, "packed");
  mkdirSync(packed);
  const folders = publicPackages();
  for (const folder of folders)
    run("npm", ["run", "--silent", "pnpm", "--", "-C", resolve(folder), "pack", "--pack-destination", packed]);
  const tarballs = readdirSync(packed).map((file) => join(packed, file));
  if (tarballs.length !== folders.length)
    throw new Error(`${tarballs.length} of ${folders.length} packages were packed.`);
  for (const tarball of tarballs) {
    run("npx", ["publint", "run", "--strict", tarball]);
    run("npx", ["attw", tarball, "--profile", "esm-only"]);
  }
  const project = join(temporary, "blank");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "name": "blank", "private": true, "type": "module" }\n');
  const versions = readCatalog();
  run(
    "npm",
    ["install", "--silent", ...tarballs, `typescript@${versions.typescript}`, `@types/node@${versions["@types/node"]}`],
    { cwd: project },
  );
  useEverything(run, project);
}

function publicPackages() {
  return readdirSync("packages")
    .map((name) => `packages/${name}`)
    .filter((folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).private !== true);
}

function readCatalog() {
  const lines = readFileSync("pnpm-workspace.yaml", "utf8").matchAll(/^ {2}"?([^":\n]+)"?: ([\w.-]+)$/gm);
  return Object.fromEntries([...lines].map(([, name, version]) => [name, version]));
}

function useEverything(run, project) {
  const imports = Object.entries(EXPECTED).map(
    ([entry, names], i) => `import { ${names.map((name) => `${name} as ${name}${i}`).join(", ")} } from "${entry}";`,
  );
  const uses = Object.values(EXPECTED).flatMap((names, i) =>
    names.map((name) => `if (typeof ${name}${i} !== "function") throw new Error("${name} is missing.");`),
  );
  const program = `import { memoryPair } from "streams-core";\nimport { native } from "mux-native";\n${[...imports, ...uses].join("\n")}\n${PROGRAM}`;
  writeFileSync(join(project, "plain.mjs"), program);
  writeFileSync(join(project, "typed.mts"), program);
  const compilerOptions = {
    module: "nodenext",
    target: "es2022",
    strict: true,
    types: ["node"],
    lib: ["es2023", "esnext.disposable"],
    outDir: "out",
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["typed.mts"] }));
  run("node", ["plain.mjs"], { cwd: project });
  run("npx", ["tsc"], { cwd: project });
  run("node", ["out/typed.mjs"], { cwd: project });
  console.log(`${Object.keys(EXPECTED).length} entries used from TypeScript and plain ESM`);
}
