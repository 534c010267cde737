import { inspect } from "node:util";
import { decodeHeaders, encodeHeaders } from "streams-core/kit";
import { expect, test } from "vitest";

const FIELDS: [string, string][] = [
  ["set-cookie", "a=1"],
  ["set-cookie", "b=2"],
  ["x-a", "1"],
  ["x-b", "2"],
];
const decoded = (): Headers => decodeHeaders(encodeHeaders(FIELDS));
const plain = (): Headers => new Headers(FIELDS);

function collected(headers: Headers): string[] {
  const all: string[] = [];
  headers.forEach((value, name) => void all.push(`${name}: ${value}`));
  return all;
}

/** Whatever is asked of them first must find the fields. */
const LOOKS: Record<string, (headers: Headers) => unknown> = {
  get: (headers) => headers.get("x-a"),
  "get of what is not there": (headers) => headers.get("x-c"),
  has: (headers) => headers.has("X-B"),
  getSetCookie: (headers) => headers.getSetCookie(),
  keys: (headers) => [...headers.keys()],
  values: (headers) => [...headers.values()],
  entries: (headers) => [...headers.entries()],
  "for of": (headers) => [...headers],
  forEach: collected,
  append: (headers) => {
    headers.append("x-a", "3");
    return [...headers];
  },
  set: (headers) => {
    headers.set("x-a", "3");
    return [...headers];
  },
  delete: (headers) => {
    headers.delete("x-a");
    return [...headers];
  },
  "new Headers()": (headers) => [...new Headers(headers)],
  "a Request": (headers) => [...new Request("http://127.0.0.1", { headers }).headers],
  "a Response": (headers) => [...new Response("", { headers }).headers].filter(([name]) => name !== "content-type"),
  "console.log": (headers) => inspect(headers).replace("BlockHeaders", "Headers"),
};

test.each(Object.entries(LOOKS))("%s sees what it would of any Headers", (_, look) => {
  expect(look(decoded())).toEqual(look(plain()));
});

test("are Headers", () => expect(decoded()).toBeInstanceOf(Headers));
