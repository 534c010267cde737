// The workloads over a library made of events, by callbacks alone: no promise, and one object for each stream.

import {
  ACK_SIZE,
  type Ack,
  decodeAck,
  decodeNumbers,
  ECHO,
  ECHO_SIZE,
  IDLE,
  MEMORY,
  Messages,
  type Shape,
  SINK,
  SMALL_SIZE,
  Source,
  sameBytes,
} from "./bytes.js";
import { type Beside, type Client, type Echoed, type Memory, REPLY_VALUE, type Uploaded } from "./client.js";
import { fail, type Pipe, type PipeMux, type PipeUser } from "./pipe.js";

export class PipeClient implements Client {
  readonly #mux: PipeMux;
  readonly #kept: Pipe[] = [];

  constructor(mux: PipeMux) {
    this.#mux = mux;
  }

  async upload(shape: Shape, streams: number, until: number): Promise<Uploaded> {
    const sources = Array.from({ length: streams }, () => new Source(SINK, shape, until));
    const began = performance.now();
    const acks = await Promise.all(sources.map((source) => this.#send(source)));
    const ms = performance.now() - began;
    return { acks, ms, bytes: sources.reduce((sum, source) => sum + source.bytes, 0) };
  }

  #send(source: Source): Promise<Ack> {
    return new Promise((resolve) => {
      this.#mux.open(false, (pipe) => {
        pipe.use(
          new Sender(pipe, source, (ack) => {
            pipe.end();
            resolve(ack);
          }),
        );
      });
    });
  }

  echoes(inFlight: number, headers: boolean, until: number): Promise<Echoed> {
    const messages = new Messages(ECHO, ECHO_SIZE);
    const began = performance.now();
    const mux = this.#mux;
    let running = inFlight;
    let echoes = 0;
    return new Promise((resolve) => {
      const over = (): void => {
        echoes += 1;
        if (performance.now() < until) next();
        else if (--running === 0) resolve({ echoes, ms: performance.now() - began });
      };
      const opened = (pipe: Pipe): void => {
        const message = messages.next();
        pipe.use(new Echo(pipe, message, mux.halfClose, headers, over));
        pipe.write(message);
        if (mux.halfClose) pipe.end();
      };
      const next = (): void => mux.open(headers, opened);
      for (let i = 0; i < inFlight; i++) next();
    });
  }

  pingpong(until: number): Promise<Echoed> {
    const began = performance.now();
    const messages = new Messages(ECHO, SMALL_SIZE);
    return new Promise((resolve) => {
      this.#mux.open(false, (pipe) => {
        const line = new Replies(pipe, messages, (echoes) => {
          const now = performance.now();
          if (now < until) return line.send();
          pipe.end();
          resolve({ echoes, ms: now - began });
        });
        line.send();
      });
    });
  }

  beside(shape: Shape, until: number): Promise<Beside> {
    return new Promise((resolve) => {
      this.#mux.open(false, (pipe) => {
        const latencies: number[] = [];
        const sent: number[] = [];
        let upload: Uploaded | undefined;
        const done = (): void => {
          if (upload !== undefined && latencies.length === sent.length) resolve({ upload, latencies });
        };
        const line = new Replies(pipe, new Messages(ECHO, SMALL_SIZE), (echoes) => {
          latencies.push(performance.now() - (sent[echoes - 1] ?? 0));
          done();
        });
        const ticks = setInterval(() => {
          const now = performance.now();
          if (now >= until) return clearInterval(ticks);
          sent.push(now);
          line.send();
        }, 1);
        void this.upload(shape, 1, until).then((uploaded) => {
          clearInterval(ticks);
          upload = uploaded;
          done();
        });
      });
    });
  }

  async idle(streams: number): Promise<void> {
    const message = Uint8Array.of(IDLE);
    let waiting = 0;
    let opened = 0;
    await new Promise<void>((resolve) => {
      const answered = (): void => {
        waiting -= 1;
        if (opened < streams) next();
        else if (waiting === 0) resolve();
      };
      const next = (): void => {
        opened += 1;
        waiting += 1;
        this.#mux.open(false, (pipe) => {
          this.#kept.push(pipe);
          pipe.use(new Answer(1, answered));
          pipe.write(message);
        });
      };
      for (let i = 0; i < Math.min(64, streams); i++) next();
    });
  }

  serverMemory(): Promise<Memory> {
    return new Promise((resolve) => {
      this.#mux.open(false, (pipe) => {
        pipe.use(
          new Answer(ACK_SIZE, (bytes) => {
            const [rss = 0, heap = 0] = decodeNumbers(bytes);
            pipe.end();
            resolve({ rss, heap });
          }),
        );
        pipe.write(Uint8Array.of(MEMORY));
      });
    });
  }
}

/** Waits for so many bytes. */
class Answer implements PipeUser {
  readonly #size: number;
  readonly #done: (bytes: Uint8Array) => void;
  #bytes: Uint8Array | undefined;

  constructor(size: number, done: (bytes: Uint8Array) => void) {
    this.#size = size;
    this.#done = done;
  }

  data(chunk: Uint8Array): void {
    this.#bytes = this.#bytes === undefined ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.byteLength > this.#size) fail("The answer is longer than it may be.");
    if (this.#bytes.byteLength < this.#size) return;
    const bytes = this.#bytes;
    this.#bytes = undefined;
    this.#done(bytes);
  }

  end(): void {}
  drain(): void {}
}

/** Writes a source, then waits for the acknowledgement. */
export class Sender implements PipeUser {
  readonly #pipe: Pipe;
  readonly #source: Source;
  readonly #answer: Answer;

  constructor(pipe: Pipe, source: Source, done: (ack: Ack) => void) {
    this.#pipe = pipe;
    this.#source = source;
    this.#answer = new Answer(ACK_SIZE, (bytes) => done(decodeAck(bytes)));
    pipe.write(source.head);
    this.drain();
  }

  data(chunk: Uint8Array): void {
    this.#answer.data(chunk);
  }

  end(): void {}

  drain(): void {
    for (let chunk = this.#source.next(); chunk !== undefined; chunk = this.#source.next()) {
      if (!this.#pipe.write(chunk)) return;
    }
  }
}

/** One echo over a stream of its own. */
class Echo implements PipeUser {
  readonly #pipe: Pipe;
  readonly #message: Uint8Array;
  readonly #halfClose: boolean;
  readonly #headers: boolean;
  readonly #over: () => void;
  #got = 0;

  constructor(pipe: Pipe, message: Uint8Array, halfClose: boolean, headers: boolean, over: () => void) {
    this.#pipe = pipe;
    this.#message = message;
    this.#halfClose = halfClose;
    this.#headers = headers;
    this.#over = over;
  }

  data(chunk: Uint8Array): void {
    if (!sameBytes(chunk, this.#message, this.#got)) fail("An echo is not what was sent.");
    if (this.#headers && this.#pipe.reply?.() !== REPLY_VALUE) fail("The reply header is missing.");
    this.#got += chunk.byteLength;
    if (this.#halfClose || this.#got < this.#message.byteLength) return;
    this.#pipe.end();
    this.#over();
  }

  end(): void {
    if (!this.#halfClose) return;
    if (this.#got !== this.#message.byteLength) fail(`An echo ended after ${this.#got} bytes.`);
    this.#over();
  }

  drain(): void {}
}

/** Small messages over one stream, each of which comes back. */
class Replies implements PipeUser {
  readonly #pipe: Pipe;
  readonly #messages: Messages;
  readonly #expected = new Messages(ECHO, SMALL_SIZE);
  readonly #answered: (echoes: number) => void;
  #waiting: Uint8Array;
  #got = 0;
  #echoes = 0;

  constructor(pipe: Pipe, messages: Messages, answered: (echoes: number) => void) {
    this.#pipe = pipe;
    this.#messages = messages;
    this.#answered = answered;
    this.#waiting = this.#expected.next();
    pipe.use(this);
  }

  send(): void {
    this.#pipe.write(this.#messages.next());
  }

  data(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.byteLength; ) {
      const piece = chunk.subarray(i, i + this.#waiting.byteLength - this.#got);
      if (!sameBytes(piece, this.#waiting, this.#got)) fail("An answer is not what was sent.");
      i += piece.byteLength;
      this.#got += piece.byteLength;
      if (this.#got < this.#waiting.byteLength) return;
      this.#got = 0;
      this.#waiting = this.#expected.next();
      this.#echoes += 1;
      this.#answered(this.#echoes);
    }
  }

  end(): void {}
  drain(): void {}
}
