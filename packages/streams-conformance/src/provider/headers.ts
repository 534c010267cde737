// Headers, reply headers and refusal headers: every field arrives as it was, and too many or invalid ones harm nobody.

import { check, equalHeaders } from "../tools/assert.js";
import { needsHeaders, type ProviderCase, type ProviderScene } from "./scene.js";

const theme = "headers";
type Fields = readonly (readonly [name: string, value: string])[];

const LATIN1 = Array.from({ length: 0x100 - 0xa1 }, (_, i) => String.fromCharCode(0xa1 + i)).join("");
const ASCII = Array.from({ length: 0x7f - 0x21 }, (_, i) => String.fromCharCode(0x21 + i)).join("");

const ARRIVE: Readonly<Record<string, Fields>> = {
  "no fields": [],
  "a field that is repeated": [
    ["via", "one"],
    ["via", "two"],
    ["via", "three"],
  ],
  "several set-cookie fields, which stay apart": [
    ["set-cookie", "a=1; Path=/, with a comma"],
    ["set-cookie", "b=2"],
  ],
  "an empty value": [["empty", ""]],
  "every character of ASCII and of Latin-1 in a value": [
    ["ascii", ASCII],
    ["latin1", LATIN1],
    ["inner", "a \t b"],
  ],
  "every character that a name may have": [["!#$%&'*+-.^_`|~09az", "x"]],
  "names that mean something to HTTP": [
    ["connection", "keep-alive"],
    ["content-length", "12345"],
    ["content-type", "text/plain"],
    ["cookie", "a=1; b=2"],
    ["date", "never"],
    ["expect", "100-continue"],
    ["host", "example.org"],
    ["keep-alive", "timeout=5"],
    ["proxy-connection", "close"],
    ["te", "gzip"],
    ["trailer", "x"],
    ["transfer-encoding", "chunked"],
    ["upgrade", "websocket"],
  ],
  "names that mean something to JavaScript": [
    ["__proto__", "a"],
    ["constructor", "b"],
    ["tostring", "c"],
  ],
  "a hundred and twenty fields": Array.from({ length: 120 }, (_, i) => [`field-${i}`, String(i)] as const),
  "a value of 12,000 characters": [["long", `${"long ".repeat(2399)}value`]],
};

export const headers: readonly ProviderCase[] = [
  ...Object.entries(ARRIVE).map(
    ([what, fields]): ProviderCase => ({
      theme,
      name: `${what}: arrives as it was, in headers, reply and refusal`,
      needs: needsHeaders,
      run: (t) => pass(t, fields),
    }),
  ),
  {
    theme,
    name: "headers over a limit reject with ERR_HEADERS_TOO_LARGE, and the session lives",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const many = Array.from({ length: t.limits.headerFields + 1 }, (_, i): [string, string] => [`f${i}`, "x"]);
      await t.rejects("too many fields", opener.newStream(many), "ERR_HEADERS_TOO_LARGE", { remote: false });
      const long = "x".repeat(t.limits.headerBytes);
      await t.rejects("too long a value", opener.newStream({ long }), "ERR_HEADERS_TOO_LARGE", { remote: false });
      const half = "x".repeat(t.limits.headerBytes / 2);
      await t.rejects("two long values", opener.newStream({ a: half, b: half }), "ERR_HEADERS_TOO_LARGE");
      const [near, far] = await t.connect(opener, accepter.listen());
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "invalid headers reject with ERR_HEADERS_INVALID, and the session lives",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const invalid = {
        "a name with spaces": ["a b", "x"],
        "a line feed": ["a", "x\ny"],
        "no Latin-1": ["a", "\u20ac"],
      };
      for (const [what, field] of Object.entries(invalid)) {
        const [name = "", value = ""] = field;
        const opened = opener.newStream([[name, value]]);
        await t.rejects(what, opened, "ERR_HEADERS_INVALID", { remote: false });
      }
      const [near, far] = await t.connect(opener, accepter.listen());
      await t.alive(near, far);
    },
  },
  {
    theme,
    name: "a wire that claims to carry no headers does not take them",
    needs: (f) => (f.headers === "none" ? undefined : "features.headers says that they are carried"),
    async run(t) {
      const { opener } = await t.session();
      await t.rejects("newStream with headers", opener.newStream({ a: "b" }), "ERR_UNSUPPORTED");
    },
  },
];

async function pass(t: ProviderScene, fields: Fields): Promise<void> {
  const { opener, accepter } = await t.session();
  const sent = headersOf(fields);
  const refusal = headersOf([...fields, ["x-refused", "1"]]);
  const seen: Headers[] = [];
  const listener = accepter.listen((got) => {
    seen.push(got);
    if (seen.length > 1) return { accept: false, headers: refusal };
    return { accept: true, headers: sent };
  });
  const [near, far] = await t.connect(opener, listener, sent);
  const [first] = seen;
  check(first !== undefined, "the handler must be asked");
  equalHeaders(first, sent, "headers that the handler saw");
  equalHeaders(far.headers, sent, "headers of the accepted stream");
  equalHeaders(await t.within("opened", near.opened), sent, "reply headers");
  const refused = await t.newStream(opener, sent);
  const error = await t.rejects("opened of the refused stream", refused.opened, "ERR_REFUSED");
  check(error.headers !== undefined, "the error must have the refusal's headers");
  equalHeaders(error.headers, refusal, "headers of the refusal");
}

function headersOf(fields: Fields): Headers {
  const made = new Headers();
  for (const [name, value] of fields) made.append(name, value);
  return made;
}
