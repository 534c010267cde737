import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { knownKeys } from "../src/known-hosts.js";

const KEY = Buffer.from("a key");
const line = (hosts: string): string => `${hosts} ssh-ed25519 ${KEY.toString("base64")} comment`;
const knows = (text: string, host = "db.example", port = 22): boolean => knownKeys(text, host, port).trusted.length > 0;

describe("known_hosts", () => {
  test.each([
    ["a name", line("db.example")],
    ["one of several names", line("a.example,db.example,10.0.0.1")],
    ["a name in other case", line("DB.Example")],
    ["a wildcard", line("*.example")],
    ["a question mark", line("d?.example")],
    ["a line among others", `# comment\n\nbroken\n${line("x")}\n${line("db.example")}\r\n`],
    ["a hashed name", line(hashed("db.example"))],
  ])("knows %s", (_name, text) => {
    expect(knows(text)).toBe(true);
  });

  test.each([
    ["another name", line("other.example")],
    ["a dot that is no wildcard", line("dbxexample")],
    ["a negated name", line("*.example,!db.example")],
    ["another hashed name", line(hashed("other.example"))],
    ["a comment", `#${line("db.example")}`],
    ["a certificate authority", `@cert-authority ${line("db.example")}`],
    ["the name at another port", line("[db.example]:2222")],
  ])("does not know %s", (_name, text) => {
    expect(knows(text)).toBe(false);
  });

  test("asks for the port in brackets when it is not 22", () => {
    expect(knows(line("[db.example]:2222"), "db.example", 2222)).toBe(true);
    expect(knows(line("db.example"), "db.example", 2222)).toBe(false);
  });

  test("keeps revoked keys apart", () => {
    const keys = knownKeys(`@revoked ${line("*")}`, "db.example", 22);
    expect(keys.revoked).toEqual([KEY]);
    expect(keys.trusted).toEqual([]);
  });
});

function hashed(name: string): string {
  const salt = Buffer.from("12345678901234567890");
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}
