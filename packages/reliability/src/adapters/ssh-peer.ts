// An ssh2 client used as a hostile peer of our SSH server: logged in, and then free to send any SSH message (RFC 4250 section 4.1) there is,
// inside the encryption that only a real client can make.

import { createRequire } from "node:module";
import type { Duplex } from "node:stream";
import { generateKeys, type SshOptions, ssh } from "mux-ssh";
import { type Conn, memoryPair, type StreamProvider } from "streams-core";
import { toDuplex } from "streams-core/node";
import { turn } from "./streams.js";

export const GLOBAL_REQUEST = 80;
export const CHANNEL_OPEN = 90;
export const CHANNEL_OPEN_CONFIRMATION = 91;
export const CHANNEL_OPEN_FAILURE = 92;
export const CHANNEL_WINDOW_ADJUST = 93;
export const CHANNEL_DATA = 94;
export const CHANNEL_EXTENDED_DATA = 95;
export const CHANNEL_EOF = 96;
export const CHANNEL_CLOSE = 97;
export const CHANNEL_REQUEST = 98;

/** Keys made anew for each run. */
export const HOST: ReturnType<typeof generateKeys> = generateKeys();
const PASSWORD = "correct horse";

/** Both roles in one. */
export const BOTH: SshOptions = {
  username: "alice",
  password: PASSWORD,
  hostKey: HOST.fingerprint,
  hostKeys: [HOST.privateKey],
  users: { alice: { password: PASSWORD } },
};

/** What is used of ssh2, some of it private. */
interface Packets {
  readonly allocStart: number;
  alloc(length: number): Uint8Array;
  finalize(packet: Uint8Array): Uint8Array;
}
interface Protocol {
  readonly _packetRW: { readonly write: Packets };
}
export interface Ssh2Channel extends Duplex {
  readonly outgoing: { readonly id: number; window: number };
  readonly incoming: { readonly id: number };
}
export interface Ssh2Client {
  readonly _protocol: Protocol;
  on(event: "ready" | "close" | "end", listener: () => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  connect(config: object): void;
  forwardOut(
    fromHost: string,
    fromPort: number,
    host: string,
    port: number,
    done: (error: Error | undefined, channel: Ssh2Channel) => void,
  ): void;
  destroy(): void;
}

// It is a dependency of mux-ssh and of nobody else here.
const require = createRequire(createRequire(import.meta.url).resolve("mux-ssh/package.json"));
const ssh2: { readonly Client: new () => Ssh2Client } = require("ssh2");
const internals: {
  sendPacket(protocol: Protocol, packet: Uint8Array): boolean;
} = require("ssh2/lib/protocol/utils.js");

export interface SshPeerOptions extends SshOptions {
  /** Whether it shows the sign of our own kind. Default "ours". */
  readonly ident?: "ours" | "stock";
  /** The peer's end and the session's. Default: memory. */
  readonly conns?: readonly [Conn, Conn];
}

export class SshPeer {
  readonly session: StreamProvider;
  readonly client: Ssh2Client;
  readonly conn: Conn;
  /** Resolves when the peer's side of the connection is over. */
  readonly over: Promise<void>;

  private constructor(session: StreamProvider, client: Ssh2Client, conn: Conn) {
    this.session = session;
    this.client = client;
    this.conn = conn;
    this.over = new Promise((resolve) => client.on("close", resolve));
  }

  /** Logged in. */
  static async connect(options: SshPeerOptions = {}): Promise<SshPeer> {
    const { ident = "ours", conns = memoryPair({ highWaterMark: 1 << 20 }), ...rest } = options;
    const [near, far] = conns;
    const session = ssh({ ...BOTH, ...rest })(far, "server");
    const client = new ssh2.Client();
    const peer = new SshPeer(session, client, near);
    client.on("error", () => {});
    await new Promise<void>((resolve) => {
      client.on("ready", resolve);
      client.connect({
        sock: toDuplex(near),
        username: "alice",
        password: PASSWORD,
        hostVerifier: () => true,
        ...(ident === "ours" ? { ident: "Streams_1" } : {}),
      });
    });
    return peer;
  }

  /** Sends a message of SSH, which no window or state of ssh2's holds up. */
  message(type: number, ...fields: readonly (number | string | Uint8Array)[]): void {
    const parts = fields.map((field) => (typeof field === "number" ? u32(field) : field));
    const body = Buffer.concat(parts.map((part) => (typeof part === "string" ? string(part) : part)));
    const { write } = this.client._protocol._packetRW;
    const packet = write.alloc(1 + body.byteLength);
    packet[write.allocStart] = type;
    packet.set(body, write.allocStart + 1);
    internals.sendPacket(this.client._protocol, write.finalize(packet));
  }

  /** Does so `count` times, and lets the session have its turns, until that is over. */
  async flood(count: number, act: (i: number) => void): Promise<void> {
    let over = false;
    void this.over.then(() => {
      over = true;
    });
    for (let i = 0; i < count && !over; i += 1) {
      act(i);
      if (i % 256 === 255) await turn();
    }
  }

  /** CHANNEL_OPEN of a direct-tcpip channel that ssh2 knows nothing of. */
  openRaw(id: number, port: number, origin: string, originPort: number, host: string = "streams.invalid"): void {
    this.message(CHANNEL_OPEN, "direct-tcpip", id, 2 ** 20, 32768, host, port, origin, originPort);
  }

  /** A stream as our own kind opens it, or, with another origin, as nobody should. */
  open(number: number, origin: string = "h1."): Promise<Ssh2Channel> {
    return this.forward(1, origin, number);
  }

  /** The channel on which our own ends talk about streams. */
  async control(): Promise<Ssh2Channel> {
    const channel = await this.forward(2, "control", 0);
    channel.resume();
    return channel;
  }

  forward(port: number, origin: string, originPort: number, host: string = "streams.invalid"): Promise<Ssh2Channel> {
    return new Promise((resolve, reject) => {
      this.client.forwardOut(origin, originPort, host, port, (error, channel) => {
        if (error) {
          reject(error);
          return;
        }
        channel.on("error", () => {});
        resolve(channel);
      });
    });
  }

  async end(): Promise<void> {
    this.client.destroy();
    this.conn.reset();
    await this.session.close();
  }
}

/** A record of the control channel. */
export function record(type: number, ...fields: readonly (number | Uint8Array)[]): Uint8Array {
  const body = Buffer.concat(fields.map((field) => (typeof field === "number" ? u32(field) : field)));
  return Buffer.concat([u32(type * 2 ** 24 + body.byteLength), body]);
}

/** The records of our own kind. */
export const RESET = 3;
export const PING = 4;
export const PONG = 5;
export const HELLO = 8;
export const CREDIT = 9;

/** Of whom the stream is that a record names. */
export const SENDERS: Uint8Array = Uint8Array.of(0);
export const RECEIVERS: Uint8Array = Uint8Array.of(1);

export function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** As SSH has it: a length and the bytes, RFC 4251 section 5. */
export function string(text: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(text);
  return Buffer.concat([u32(bytes.byteLength), bytes]);
}
