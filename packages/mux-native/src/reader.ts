// Bytes to frame events.

import { type PeerParameters, type Role, readU16, readU24, readU32, type Sink, type Syntax } from "mux-engine";
import { broken, copyOf } from "streams-core/kit";
import { badFrame, control, isStream, type Tell } from "./control.js";
import * as L from "./layout.js";
import { readParameters, readPrefaceHead } from "./preface.js";

const NO_BLOCK = new Uint8Array(0);

export class Reader implements Syntax {
  want: number = L.PREFACE_HEAD;
  flow = 0;
  sink: Sink | undefined;
  readonly #role: Role;
  readonly #maxFrame: number;
  /** What the bytes that are wanted are for. */
  #next: (bytes: Uint8Array, at: number) => void = this.#takePreface;
  /** Type and flags. */
  #kind = 0;
  #id = 0;
  /** Bytes of the frame that are still to come. */
  #rest = 0;
  #urgency = L.DEFAULT_URGENCY;
  #tell: Tell | undefined;

  constructor(role: Role, own: PeerParameters) {
    this.#role = role;
    this.#maxFrame = own.maxFrame;
  }

  take(bytes: Uint8Array, at: number): void {
    this.#next(bytes, at);
  }

  pass(payload: Uint8Array): void {
    this.flow -= payload.length;
    if (this.#kind >= L.RESET) return;
    this.sink?.data(payload);
    if (this.flow === 0) this.sink?.dataEnd((this.#kind & L.FIN) !== 0);
  }

  #expect(next: (bytes: Uint8Array, at: number) => void, want: number): void {
    this.#next = next;
    this.want = want;
  }

  #takePreface(bytes: Uint8Array, at: number): void {
    this.#rest = readPrefaceHead(bytes, at, this.#role);
    if (this.#rest === 0) this.#takeParameters(bytes, at);
    else this.#expect(this.#takeParameters, this.#rest);
  }

  #takeParameters(bytes: Uint8Array, at: number): void {
    this.sink?.hello(readParameters(bytes, at, this.#rest));
    this.#expect(this.#takeHeader, L.HEADER);
  }

  #takeHeader(bytes: Uint8Array, at: number): void {
    const length = readU24(bytes, at);
    const kind = bytes[at + 3] ?? 0;
    const id = readU32(bytes, at + 4);
    this.#kind = kind;
    this.#id = id;
    this.#rest = length;
    if (length > this.#maxFrame + L.MAX_BLOCK + 3) throw badFrame(kind, id, length);
    if (kind < L.RESET) this.#startData();
    else if (kind >= L.UNKNOWN) this.flow = length;
    else {
      this.#tell = control(kind, id, length);
      this.#expect(this.#takeControl, length);
    }
  }

  #takeControl(bytes: Uint8Array, at: number): void {
    const rest = this.want > 4 ? copyOf(bytes, at + 4, at + this.want) : NO_BLOCK;
    if (this.sink !== undefined) this.#tell?.(this.sink, this.#id, readU32(bytes, at), rest);
    this.#expect(this.#takeHeader, L.HEADER);
  }

  #startData(): void {
    const kind = this.#kind;
    const prefix = (kind & L.URGENCY ? 1 : 0) + (kind & L.HEADERS ? 2 : 0);
    const allowed = prefix === 0 || (kind & L.SYN && (this.#isRemote() || !(kind & L.URGENCY)));
    if (!allowed || !isStream(this.#id) || prefix > this.#rest) throw badFrame(kind, this.#id, this.#rest);
    if (prefix === 0) this.#startPayload(NO_BLOCK, L.DEFAULT_URGENCY);
    else this.#expect(this.#takePrefix, prefix);
  }

  #takePrefix(bytes: Uint8Array, at: number): void {
    const end = at + this.want;
    this.#rest -= this.want;
    const urgency = this.#kind & L.URGENCY ? (bytes[at] ?? 0) : L.DEFAULT_URGENCY;
    const length = this.#kind & L.HEADERS ? readU16(bytes, end - 2) : 0;
    if (urgency > 7 || length > this.#rest || length > L.MAX_BLOCK) {
      throw broken(`sent urgency ${urgency} and a header block of ${length} bytes`);
    }
    this.#urgency = urgency;
    if (length === 0) this.#startPayload(NO_BLOCK, urgency);
    else this.#expect(this.#takeBlock, length);
  }

  #takeBlock(bytes: Uint8Array, at: number): void {
    this.#rest -= this.want;
    this.#startPayload(copyOf(bytes, at, at + this.want), this.#urgency);
  }

  #startPayload(block: Uint8Array, urgency: number): void {
    const length = this.#rest;
    if (length > this.#maxFrame) throw badFrame(this.#kind, this.#id, length);
    this.flow = length;
    this.#expect(this.#takeHeader, L.HEADER);
    const fin = (this.#kind & L.FIN) !== 0;
    if ((this.#kind & L.SYN) === 0) this.sink?.dataStart(this.#id, length);
    else if (this.#isRemote()) this.sink?.open(this.#id, block, urgency, length);
    else {
      this.sink?.accept(this.#id, block);
      if (length === 0 && !fin) return;
      this.sink?.dataStart(this.#id, length);
    }
    if (length === 0) this.sink?.dataEnd(fin);
  }

  /** Clients, whose role is 0, open odd ids; servers, whose role is 1, even ones. */
  #isRemote(): boolean {
    return this.#id % 2 === L.ROLES[this.#role];
  }
}
