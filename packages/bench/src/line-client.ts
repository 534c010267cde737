// The workloads over byte pipes without a multiplexer: what the others are compared with. An upload has a line of its own where
// the peer can open several; echoes do without opening and share one line; beside an upload they wait in the same line.

import {
  ACK_SIZE,
  decodeAck,
  ECHO,
  ECHO_SIZE,
  Messages,
  MIXED,
  type Shape,
  SMALL_SIZE,
  Source,
  smallMessages,
} from "./bytes.js";
import type { Beside, Client, Echoed, Memory, Uploaded } from "./client.js";
import { fail, type PipeMux, type PipeUser } from "./pipe.js";
import { PipeClient } from "./pipe-client.js";

export class LineClient implements Client {
  readonly #lines: PipeMux;
  readonly #client: PipeClient;
  readonly #cork: boolean;

  /** @param cork whether messages written in one turn leave together */
  constructor(lines: PipeMux, cork = false) {
    this.#lines = lines;
    this.#cork = cork;
    this.#client = new PipeClient(lines);
  }

  upload(shape: Shape, streams: number, until: number): Promise<Uploaded> {
    return this.#client.upload(shape, streams, until);
  }

  pingpong(until: number): Promise<Echoed> {
    return this.#client.pingpong(until);
  }

  idle(_streams: number): Promise<void> {
    return Promise.resolve();
  }

  serverMemory(): Promise<Memory> {
    return this.#client.serverMemory();
  }

  /** Each answer is followed by the next message. */
  echoes(inFlight: number, _headers: boolean, until: number): Promise<Echoed> {
    const cork = this.#cork;
    return new Promise((resolve) => {
      this.#lines.open(false, (pipe) => {
        const began = performance.now();
        const messages = new Messages(ECHO, ECHO_SIZE);
        let sent = 0;
        const line = new InOrder(new Messages(ECHO, ECHO_SIZE), ECHO_SIZE, {
          answered(count) {
            const now = performance.now();
            if (now < until) send(count);
            else if (line.answers === sent) {
              pipe.end();
              resolve({ echoes: sent, ms: now - began });
            }
          },
        });
        const send = (count: number): void => {
          sent += count;
          if (cork) pipe.cork?.();
          for (let i = 0; i < count; i++) pipe.write(messages.next());
          if (cork) pipe.uncork?.();
        };
        pipe.use(line);
        send(inFlight);
      });
    });
  }

  beside(shape: Shape, until: number): Promise<Beside> {
    // A small message can go between two blocks only.
    const source = new Source(MIXED, { ...shape, chunks: 1 }, until);
    return new Promise((resolve) => {
      this.#lines.open(false, (pipe) => {
        const began = performance.now();
        const messages = smallMessages();
        const latencies: number[] = [];
        const sent: number[] = [];
        const answers = new InOrder(smallMessages(), SMALL_SIZE, {
          answered() {
            const now = performance.now();
            while (latencies.length < answers.answers) latencies.push(now - (sent[latencies.length] ?? 0));
          },
          acknowledged(bytes) {
            const ack = decodeAck(bytes);
            const ms = performance.now() - began;
            if (latencies.length !== sent.length)
              fail("An upload was acknowledged before the echoes sent ahead of it.");
            pipe.end();
            resolve({ upload: { acks: [ack], bytes: source.bytes, ms }, latencies });
          },
          drain() {
            for (let chunk = source.next(); chunk !== undefined; chunk = source.next()) if (!pipe.write(chunk)) return;
          },
        });
        pipe.use(answers);
        pipe.write(source.head);
        const ticks = setInterval(() => {
          const now = performance.now();
          if (now >= until) return clearInterval(ticks);
          sent.push(now);
          pipe.write(messages.next());
        }, 1);
        answers.drain();
      });
    });
  }
}

interface InOrderUser {
  /** So many more messages came back. */
  answered(count: number): void;
  /** Mixed lines: what came after the last message. Its first byte is 0: it is a count of whole blocks. */
  acknowledged?(bytes: Uint8Array): void;
  drain?(): void;
}

/** Checks that messages come back in order. */
class InOrder implements PipeUser {
  readonly #expected: Messages;
  readonly #size: number;
  readonly #user: InOrderUser;
  #waiting: Uint8Array;
  #got = 0;
  #ack: Uint8Array | undefined;
  answers = 0;

  constructor(expected: Messages, size: number, user: InOrderUser) {
    this.#expected = expected;
    this.#waiting = expected.next();
    this.#size = size;
    this.#user = user;
  }

  data(chunk: Uint8Array): void {
    const before = this.answers;
    let i = 0;
    while (i < chunk.byteLength && !this.#acknowledges(chunk, i)) {
      const end = Math.min(chunk.byteLength, i + this.#size - this.#got);
      this.#match(chunk, i, end);
      i = end;
    }
    if (this.answers > before) this.#user.answered(this.answers - before);
    if (i < chunk.byteLength) this.#acknowledged(chunk.subarray(i));
  }

  #acknowledges(chunk: Uint8Array, i: number): boolean {
    return this.#ack !== undefined || (this.#got === 0 && chunk[i] === 0 && this.#user.acknowledged !== undefined);
  }

  #match(chunk: Uint8Array, from: number, to: number): void {
    const last = to - 1;
    const message = this.#waiting;
    const right = chunk[from] === message[this.#got] && chunk[last] === message[this.#got + last - from];
    if (!right) fail("An answer is not what was sent.");
    this.#got += to - from;
    if (this.#got < this.#size) return;
    this.#got = 0;
    this.#waiting = this.#expected.next();
    this.answers += 1;
  }

  #acknowledged(bytes: Uint8Array): void {
    this.#ack = this.#ack === undefined ? bytes : Buffer.concat([this.#ack, bytes]);
    if (this.#ack.byteLength > ACK_SIZE) fail("The acknowledgement is longer than it may be.");
    if (this.#ack.byteLength === ACK_SIZE) this.#user.acknowledged?.(this.#ack);
  }

  end(): void {}

  drain(): void {
    this.#user.drain?.();
  }
}
