// Bytes to frame events.

import { type PeerParameters, type Role, readU16, readU24, readU32, type Sink, type Syntax } from "mux-engine";
import { StreamsError } from "streams-core";
import * as L from "./layout.js";
import { readParameters, readPrefaceHead } from "./preface.js";

type State = "preface" | "parameters" | "header" | "prefix" | "block" | "control";

const NO_BLOCK = new Uint8Array(0);

export class Reader implements Syntax {
  want: number = L.PREFACE_HEAD;
  flow = 0;
  sink: Sink | undefined;
  readonly #role: Role;
  readonly #maxLength: number;
  readonly #maxFrame: number;
  #state: State = "preface";
  #type = 0;
  #flags = 0;
  #id = 0;
  /** Bytes of the frame that are still to come. */
  #rest = 0;
  #urgency = L.DEFAULT_URGENCY;
  #block: Uint8Array = NO_BLOCK;

  constructor(role: Role, own: PeerParameters) {
    this.#role = role;
    this.#maxFrame = own.maxFrame;
    this.#maxLength = own.maxFrame + L.MAX_BLOCK + 3;
  }

  take(bytes: Uint8Array, at: number): void {
    switch (this.#state) {
      case "header":
        return this.#takeHeader(bytes, at);
      case "prefix":
        return this.#takePrefix(bytes, at);
      case "block":
        this.#block = bytes.slice(at, at + this.want);
        this.#rest -= this.want;
        return this.#startPayload();
      case "control":
        this.#takeControl(bytes, at);
        return this.#expect("header", L.HEADER);
      case "preface":
        this.#rest = readPrefaceHead(bytes, at, this.#role);
        if (this.#rest === 0) this.#greet(bytes, at);
        else this.#expect("parameters", this.#rest);
        return;
      case "parameters":
        return this.#greet(bytes, at);
    }
  }

  pass(payload: Uint8Array): void {
    this.flow -= payload.byteLength;
    if (this.#type !== L.DATA) return;
    this.sink?.data(payload);
    if (this.flow === 0) this.sink?.dataEnd((this.#flags & L.DATA_FIN) !== 0);
  }

  #expect(state: State, want: number): void {
    this.#state = state;
    this.want = want;
  }

  #greet(bytes: Uint8Array, at: number): void {
    this.sink?.hello(readParameters(bytes, at, this.#rest));
    this.#expect("header", L.HEADER);
  }

  #takeHeader(bytes: Uint8Array, at: number): void {
    const length = readU24(bytes, at);
    const kind = bytes[at + 3] ?? 0;
    this.#type = kind >>> 4;
    this.#flags = kind & 15;
    this.#id = readU32(bytes, at + 4);
    this.#rest = length;
    if (length > this.#maxLength) throw broken(`a frame of ${length} bytes`);
    if (this.#type === L.DATA) this.#startData();
    else if (this.#type > L.CLOSE) this.flow = length;
    else {
      checkControl(this.#type, this.#flags, this.#id, length);
      this.#expect("control", length);
    }
  }

  #startData(): void {
    if (this.#id === 0 || this.#id > L.MAX_ID) throw broken(`data on stream ${this.#id}`);
    const prefix = (this.#flags & L.DATA_URGENCY ? 1 : 0) + (this.#flags & L.DATA_HEADERS ? 2 : 0);
    if (prefix === 0) return this.#startPayload();
    if ((this.#flags & L.DATA_SYN) === 0) throw broken("headers on a frame that opens nothing");
    if (this.#flags & L.DATA_URGENCY && !this.#isRemote()) throw broken("an urgency on a frame that accepts");
    if (prefix > this.#rest) throw broken("a frame shorter than its flags say");
    this.#expect("prefix", prefix);
  }

  #takePrefix(bytes: Uint8Array, at: number): void {
    let next = at;
    if (this.#flags & L.DATA_URGENCY) {
      this.#urgency = bytes[next] ?? 0;
      next += 1;
      if (this.#urgency > 7) throw broken(`urgency ${this.#urgency}`);
    }
    this.#rest -= this.want;
    const length = this.#flags & L.DATA_HEADERS ? readU16(bytes, next) : 0;
    if (length > this.#rest || length > L.MAX_BLOCK) throw broken(`a header block of ${length} bytes`);
    if (length === 0) this.#startPayload();
    else this.#expect("block", length);
  }

  #startPayload(): void {
    const length = this.#rest;
    if (length > this.#maxFrame) throw broken(`a data frame of ${length} bytes`);
    const block = this.#block;
    const urgency = this.#urgency;
    this.#block = NO_BLOCK;
    this.#urgency = L.DEFAULT_URGENCY;
    this.flow = length;
    this.#expect("header", L.HEADER);
    const fin = (this.#flags & L.DATA_FIN) !== 0;
    if ((this.#flags & L.DATA_SYN) === 0) this.sink?.dataStart(this.#id, length);
    else if (this.#isRemote()) this.sink?.open(this.#id, block, urgency, length);
    else {
      this.sink?.accept(this.#id, block);
      if (length === 0 && !fin) return;
      this.sink?.dataStart(this.#id, length);
    }
    if (length === 0) this.sink?.dataEnd(fin);
  }

  /** Clients open odd ids, servers even ones. */
  #isRemote(): boolean {
    return this.#id % 2 === (this.#role === "client" ? 0 : 1);
  }

  #takeControl(bytes: Uint8Array, at: number): void {
    const id = this.#id;
    const value = readU32(bytes, at);
    switch (this.#type) {
      case L.RESET:
        if (this.#flags === L.RESET_REFUSED) this.sink?.refuse(id, value, bytes.slice(at + 4, at + this.want));
        else if (this.#flags === L.RESET_ABORT) this.sink?.abort(id, value);
        else this.sink?.reset(id, value);
        return;
      case L.STOP:
        return this.sink?.stop(id, value);
      case L.CREDIT:
        return this.sink?.credit(id, value);
      case L.PING:
        if (this.#flags === L.PING_ACK) this.sink?.pong(value);
        else this.sink?.ping(value);
        return;
      case L.DRAIN:
        return this.sink?.drain(value);
      case L.CLOSE: {
        const reason = new TextDecoder().decode(bytes.subarray(at + 8, at + this.want));
        return this.sink?.close(value, readU32(bytes, at + 4), reason, this.#flags === L.CLOSE_FAILED);
      }
    }
  }
}

/** @throws ERR_PROTOCOL unless flags, stream and length are what the type allows */
function checkControl(type: number, flags: number, id: number, length: number): void {
  const session = type >= L.PING;
  if (session ? id !== 0 : id === 0 || id > L.MAX_ID) throw broken(`frame type ${type} on stream ${id}`);
  const refusal = type === L.RESET && flags === L.RESET_REFUSED;
  const most = type === L.CLOSE ? 8 + L.MAX_REASON : refusal ? 4 + L.MAX_BLOCK : 4;
  const least = type === L.CLOSE ? 8 : 4;
  if (length < least || length > most) throw broken(`frame type ${type} of ${length} bytes`);
  const known = type === L.RESET ? 2 : type === L.PING || type === L.CLOSE ? 1 : 0;
  if (flags > known) throw broken(`frame type ${type} with flags ${flags}`);
}

function broken(what: string): StreamsError {
  return new StreamsError("ERR_PROTOCOL", `The peer sent ${what}, which the wire does not allow.`, { remote: true });
}
