// What sessions do towards the originals of a wire, and towards ends that they do not know yet. No row is about it.

import { gone, type Mutant, never } from "./mutant.js";

const POLICIES = ["packages/mux-engine/test/policies.test.ts"];

/** A mutant that the named tests of the policies must notice. */
function policy(
  without: string,
  file: string,
  change: Pick<Mutant, "find" | "replace">,
  ...names: readonly string[]
): Mutant {
  return { without, file: `mux-engine/dist/${file}.js`, ...change, names, tests: POLICIES };
}

function swap(find: string, replace: string): Pick<Mutant, "find" | "replace"> {
  return { find, replace };
}

const UNKNOWN = "is unknown at first";
const SILENT = "is an original when it is silent";
const DROPPED = "what comes for a stream after its end is dropped";
const FIRST = "the first data on a stream that it opened waits a little";
const LAST = "our end waits a little after its end";
const BOTH = "our end waits for its end where one end ends both";
const MANY = "so many streams may wait for their acceptance";
const FULL = "without windows, so much unread of all streams stops the reading";
const HEADERS = "decides what becomes of headers";

export const POLICY: readonly Mutant[] = [
  policy(
    "holding openings until the peer is known",
    "sender",
    swap("this.held = wire.holdsOpenings ?? false;", "this.held = false;"),
    UNKNOWN,
  ),
  policy("letting openings go when the peer is known", "core", gone("sender.open();"), "is an original by any other"),
  policy(
    "taking a silent peer for an original",
    "liveness",
    gone('this.#deadlines.set("silence", now + patience);'),
    SILENT,
  ),
  policy(
    "the end of a session whose peer turns out to be another",
    "bilingual",
    gone("throw ours ? lateSign() : foreign();"),
    "cannot change: a sign after signTimeout",
    "is what the option says: an original where it should be one of ours",
  ),
  policy("checking early openings when the peer is known", "core", gone("this.wire.admit?.(stream.block);"), HEADERS),
  policy("checking what a stream is opened with", "session", swap("wire.admit?.(block);", "{ }"), HEADERS),
  policy("refusing headers that an original has no word for", "bilingual", swap("?? admitNone", ""), HEADERS),
  policy(
    "no ping before it is known what the peer can answer",
    "session",
    never("sender.held"),
    "decides whether a ping asked for early is one",
  ),
  policy(
    "stopping a stream only after its opening",
    "sender",
    gone("this.#wire.stop?.(this.#out, stream.number, stream.stopDue);"),
    "decides how a stream is stopped that waits",
  ),
  policy(
    "the limit of streams that wait for their acceptance",
    "sender",
    swap("this.#unaccepted >= maxUnaccepted", "false"),
    MANY,
  ),
  policy("counting a stream as accepted once it is", "sender", gone("this.#unaccepted -= 1;"), MANY),
  policy(
    "a reset before the acceptance being a refusal",
    "receiver",
    swap("this.#core.sender.policy.resetRefuses && ", "false && "),
    MANY,
  ),
  policy(
    "a stream counting as accepted when its opening was sent",
    "sender",
    never("local && policy.silentAccept"),
    "is an original by any other frame",
  ),
  policy(
    "refusing what comes during a drain that nobody can be told of",
    "receiver",
    swap("core.draining || core.streams.remote", "core.streams.remote"),
    "a drain that nobody can be told of",
  ),
  policy(
    "patience with originals that send after their end",
    "receiver",
    swap(
      "if (!this.#core.sender.policy.laxEnd)\n            throw broken(`sent on",
      "if (true)\n            throw broken(`sent on",
    ),
    DROPPED,
  ),
  policy(
    "dropping what an original sends after its end",
    "receiver",
    swap("if (stream.receiveEnded)\n            return false;", ""),
    DROPPED,
  ),
  policy(
    "beacons again and again",
    "liveness",
    swap(
      'this.#host.beacon();\n        this.#deadlines.set("beacon", now + this.#beaconInterval);',
      "this.#host.beacon();",
    ),
    "a beacon goes out again and again",
  ),
  policy(
    "asking only those for a sign of life who can give one",
    "core",
    swap("wire.ping !== undefined || beaconInterval !== undefined,", "true,"),
    "a peer that has no word to say is never taken for dead",
  ),
  policy(
    "giving up one that beacons and falls silent",
    "core",
    swap("wire.ping !== undefined || beaconInterval !== undefined,", "wire.ping !== undefined,"),
    "one that beacons is taken for dead when it falls silent",
  ),
  policy("the wait before the first data", "sender", never("firstWriteDelay === undefined || stream.heard"), FIRST),
  policy(
    "the same wait before a refusal or a reset",
    "sender",
    swap("if (heard || firstWriteDelay === undefined)", "if (true)"),
    "a refusal and a reset of a stream that it opened wait",
  ),
  policy(
    "the end of that wait when the peer was heard",
    "stream",
    swap('if (this.holds === "first")', "if (false)"),
    FIRST,
  ),
  policy(
    "the wait before the last end",
    "sender",
    swap("if (lastEndDelay === undefined || !stream.receiveEnded || ", "if (true || "),
    LAST,
  ),
  policy("the end of that wait", "sender", gone("this.#host.later(lastEndDelay, () => this.release(stream));"), LAST),
  policy("an end that waits for the peer's", "sender", swap(" || (endAfterPeer && !stream.receiveEnded)", ""), BOTH),
  policy(
    "an end that goes when the peer's came",
    "stream",
    swap("if (this.finDue)\n            this.#core.sender.sendable(this);\n        this.#settle();", "this.#settle();"),
    BOTH,
  ),
  policy("an end in a frame of its own", "sender", swap("fin && this.policy.endApart === true", "false"), BOTH),
  policy("the limit of what all streams hold unread", "drive", never("this.session.full"), FULL),
  policy("reading on when it was read", "core", never("full && !this.full"), FULL),
  policy("taking nobody for silent who is not listened to", "session", swap("if (core.full)", "if (false)"), FULL),
  policy(
    "letting go a writer whose peer ended and gives no credit",
    "streams",
    swap("stream.receiveEnded ? stream.unsent.size > 0 && stream.sendCredit <= 0 : ", "stream.receiveEnded ? false : "),
    "a writer without credit",
  ),
];
