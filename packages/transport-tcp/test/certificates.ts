// The certificates of the tests; see certificates/README.md.

import { readFileSync } from "node:fs";

const read = (name: string): string => readFileSync(new URL(`certificates/${name}.pem`, import.meta.url), "utf8");

export const certificates = {
  ca: read("ca"),
  otherCa: read("other-ca"),
  cert: read("server"),
  key: read("server-key"),
  clientCert: read("client"),
  clientKey: read("client-key"),
};
