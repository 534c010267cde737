// node:http2 over any duplex, set up for streams: windows, limits, and the sign by which our ends know each other.

import * as http2 from "node:http2";
import type { Duplex } from "node:stream";
import type { Settled } from "./options.js";

/** A setting out of those for experimental use (0xf000 to 0xffff, RFC 9113 section 11.3), which others ignore; its value is a version. */
const SIGN = 0xf573;
const VERSION = 1;
/** Fields that HTTP/2 and Streams add to those of the application. */
const EXTRA_FIELDS = 16;
/** Bytes of a header block as HTTP/2 counts them, 32 more for each field. */
const MAX_HEADER_LIST = 64 * 1024;
/** MB that node:http2 may hold for one session before it refuses streams: its own 10 are soon taken by what many streams have written. */
const SESSION_MEMORY = 1000;
/** Requests with which a peer of ours carries the streams that the server opened, beyond those that it opened itself. */
const PARKING_SPACE = 1024;

/**
 * Streams of the peer that it may reset. nghttp2 limits that too, but what a session dies of then Node does not tell: these are reached
 * first. Before Node 22 nghttp2's own limits cannot be raised, 1,000 at once and 33 a second.
 */
export const RESETS: { readonly burst: number; readonly perSecond: number } =
  Number.parseInt(process.versions.node, 10) < 22 ? { burst: 990, perSecond: 30 } : { burst: 1000, perSecond: 100 };

/** @types/node does not know these yet. */
type Settings = http2.Settings & { readonly customSettings?: Record<number, number> };
type Options = http2.ServerSessionOptions & {
  readonly streamResetBurst?: number;
  readonly streamResetRate?: number;
};

export function connectClient(duplex: Duplex, options: Settled): http2.ClientHttp2Session {
  const session = http2.connect("http://streams.invalid", {
    ...common(options),
    settings: settings(options, { enablePush: false }),
    createConnection: () => duplex,
  });
  return session;
}

export function connectServer(duplex: Duplex, options: Settled): http2.ServerHttp2Session {
  const serverOptions: Options = {
    ...common(options),
    settings: settings(options, { maxConcurrentStreams: options.maxInboundStreams }),
    streamResetBurst: 2 * RESETS.burst,
    streamResetRate: 2 * RESETS.perSecond,
  };
  const session = http2.performServerHandshake(duplex, serverOptions);
  return session;
}

/** Whether these settings of the peer carry our sign. */
export function isOurs(remote: Settings): boolean {
  return (remote.customSettings?.[SIGN] ?? 0) >= VERSION;
}

/** A client of ours parks requests, and streams that we open run on them: they must not take the place of its own. */
export function makeRoomForParking(session: http2.Http2Session, options: Settled): void {
  session.settings({ maxConcurrentStreams: 2 * options.maxInboundStreams + PARKING_SPACE });
}

function common(options: Settled): http2.SessionOptions {
  return {
    maxHeaderListPairs: options.headers.fields + EXTRA_FIELDS,
    maxSessionMemory: SESSION_MEMORY,
    remoteCustomSettings: [SIGN],
  };
}

function settings(options: Settled, more: Settings): Settings {
  return {
    initialWindowSize: options.streamWindow,
    maxHeaderListSize: MAX_HEADER_LIST,
    ...(options.peer === "detect" ? { customSettings: { [SIGN]: VERSION } } : {}),
    ...more,
  };
}
