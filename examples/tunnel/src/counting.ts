// A wrapper that counts the streams of a session and how they ended.

import { ForwardingProvider, isStreamsError, type Stream, type StreamProvider, type Wrapper } from "streams-core";

export class Counts {
  streams = 0;
  /** How many streams ended with which code; `clean` stands for those that ended as they should. */
  readonly ends: Record<string, number> = {};

  add(stream: Stream): void {
    this.streams += 1;
    void how(stream.closed).then((end) => {
      this.ends[end] = (this.ends[end] ?? 0) + 1;
    });
  }

  /** Prints one line of JSON when the session has ended. */
  async report(session: StreamProvider): Promise<void> {
    const end = await how(session.closed);
    process.once("beforeExit", () => console.log(JSON.stringify({ session: end, ...this })));
  }
}

export function counting(counts: Counts): Wrapper {
  class CountedSession extends ForwardingProvider {
    protected override wrapStream(stream: Stream): Stream {
      counts.add(stream);
      return stream;
    }
  }
  return (inner) => new CountedSession(inner);
}

function how(closed: Promise<unknown>): Promise<string> {
  return closed.then(
    () => "clean",
    (error) => (isStreamsError(error) ? error.code : String(error)),
  );
}
