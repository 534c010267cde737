import { describe, expect, test } from "vitest";
import { isStreamsError, type Stream } from "../../src/index.js";
import { Acceptor, type Inbound } from "../../src/kit/index.js";

/** An inbound stream that writes down what is decided about it. */
class Arrival implements Inbound {
  readonly headers: Headers;
  readonly log: string[] = [];
  gone = false;

  constructor(name: string) {
    this.headers = new Headers({ name });
  }

  accept(reply: Headers | undefined): Stream | undefined {
    if (this.gone) return undefined;
    this.log.push(`accepted ${reply?.get("reply") ?? ""}`.trim());
    const unused = (): never => {
      throw new Error("not used here");
    };
    return {
      id: this.headers.get("name") ?? "",
      headers: this.headers,
      opened: Promise.resolve(new Headers()),
      closed: Promise.resolve(),
      read: unused,
      write: unused,
      close: unused,
      reset: () => void this.log.push("reset"),
      [Symbol.asyncIterator]: unused,
      [Symbol.asyncDispose]: unused,
    };
  }

  refuse(headers: Headers | undefined, code: number | undefined): void {
    this.log.push(`refused ${headers?.get("why") ?? ""} ${code ?? ""}`.trim());
  }
}

const arrivals = (count: number): Arrival[] => Array.from({ length: count }, (_, i) => new Arrival(String(i)));

describe("Acceptor", () => {
  test("keeps what comes before listen, up to the backlog, and refuses the rest", async () => {
    const acceptor = new Acceptor(3);
    const all = arrivals(5);
    for (const one of all) acceptor.offer(one);
    await turn();
    expect(all.map(({ log }) => log.join())).toEqual(["", "", "", "refused", "refused"]);
    const listener = acceptor.listen();
    for (const name of ["0", "1", "2"]) expect((await listener.accept())?.id).toBe(name);
    const next = new Arrival("next");
    acceptor.offer(next);
    expect((await listener.accept())?.id).toBe("next");
    expect(next.log).toEqual(["accepted"]);
  });

  test("what waits for its handler, and what it accepted and nobody took, fill the backlog", async () => {
    const acceptor = new Acceptor(2);
    let decide: () => void = () => {};
    const decided = new Promise<void>((resolve) => {
      decide = resolve;
    });
    const listener = acceptor.listen((headers) => (headers.get("name") === "0" ? decided : undefined));
    const all = arrivals(3);
    for (const one of all) acceptor.offer(one);
    await turn();
    expect(all.map(({ log }) => log.join())).toEqual(["", "accepted", "refused"]);
    expect((await listener.accept())?.id).toBe("1");
    decide();
    expect((await listener.accept())?.id).toBe("0");
  });

  test("a stream that cannot be taken is refused, where it arrives as where it waited, and the next one is given out", async () => {
    const acceptor = new Acceptor(4);
    const listener = acceptor.listen();
    const [waited, arrived, next] = [new Arrival("waited"), new Arrival("arrived"), new Arrival("next")];
    for (const one of [waited, arrived]) {
      one.accept = () => {
        throw new Error("its connection has just gone");
      };
    }
    acceptor.offer(waited);
    const accepting = listener.accept();
    acceptor.offer(arrived);
    acceptor.offer(next);
    expect((await accepting)?.id).toBe("next");
    expect([waited.log, arrived.log]).toEqual([["refused"], ["refused"]]);
  });

  test("a handler that closes its listener accepts nothing", async () => {
    const acceptor = new Acceptor(4);
    const listener = acceptor.listen(() => void listener.close());
    const one = new Arrival("one");
    acceptor.offer(one);
    expect(one.log).toEqual(["refused"]);
    expect(await listener.accept()).toBe(null);
  });

  test("a burst in one tick goes to a loop that takes as they come, however small the backlog", async () => {
    const acceptor = new Acceptor(2);
    const listener = acceptor.listen();
    const taken: string[] = [];
    const loop = (async () => {
      for await (const stream of listener) taken.push(stream.id);
    })();
    const all = arrivals(50);
    for (const one of all) acceptor.offer(one);
    for (let i = 0; i < 50 && taken.length < 50; i += 1) await turn();
    expect(taken).toEqual(all.map((_, i) => String(i)));
    await listener.close();
    await loop;
  });

  test("a stream of a burst that ends before its turn, or when the session ends, is not given out", async () => {
    const acceptor = new Acceptor(1);
    acceptor.listen();
    const all = arrivals(3);
    for (const one of all) acceptor.offer(one);
    const [, second, third] = all;
    if (second) acceptor.withdraw(second);
    acceptor.close();
    await turn();
    expect(second?.log).toEqual([]);
    expect(third?.log).toEqual(["refused"]);
  });

  test("without a handler a stream is accepted when it is taken, with one when the handler says so", async () => {
    const taken = new Acceptor(9);
    const plain = new Arrival("plain");
    const listener = taken.listen();
    taken.offer(plain);
    expect(plain.log).toEqual([]);
    await listener.accept();
    expect(plain.log).toEqual(["accepted"]);
    const asked = new Acceptor(9);
    asked.listen(() => ({ accept: true, headers: { reply: "yes" } }));
    const decided = new Arrival("decided");
    asked.offer(decided);
    await Promise.resolve();
    expect(decided.log).toEqual(["accepted yes"]);
  });

  test("a refusal carries its headers and code; a fault of the handler refuses", async () => {
    const acceptor = new Acceptor(9);
    acceptor.listen((headers) => {
      const name = headers.get("name");
      if (name === "0") return { accept: false, headers: { why: "because" }, code: 4 };
      if (name === "1") throw new Error("fault");
      if (name === "2") return Promise.reject(new Error("fault"));
      return { accept: true, headers: { "not a name": "" } };
    });
    const all = arrivals(4);
    for (const one of all) acceptor.offer(one);
    await new Promise((resolve) => setImmediate(resolve));
    expect(all.map(({ log }) => log.join())).toEqual(["refused because 4", "refused", "refused", "refused"]);
  });

  test("reply headers that the wire does not take refuse", async () => {
    const acceptor = new Acceptor(9);
    acceptor.listen(() => ({ accept: true, headers: { reply: "too large" } }));
    const arrival = new Arrival("x");
    arrival.accept = () => {
      throw new Error("too large");
    };
    acceptor.offer(arrival);
    await Promise.resolve();
    expect(arrival.log).toEqual(["refused"]);
  });

  test("what ended before it was taken is not given out", async () => {
    const acceptor = new Acceptor(9);
    const [early, undecided, waiting, late] = arrivals(4) as [Arrival, Arrival, Arrival, Arrival];
    acceptor.offer(early);
    acceptor.withdraw(early);
    const listener = acceptor.listen();
    acceptor.offer(waiting);
    acceptor.withdraw(waiting);
    acceptor.offer(undecided);
    undecided.gone = true;
    acceptor.offer(late);
    expect((await listener.accept())?.id).toBe("3");
    expect([early, waiting, undecided].map(({ log }) => log)).toEqual([[], [], []]);
  });

  test("a handler's decision about what ended meanwhile does nothing", async () => {
    const acceptor = new Acceptor(1);
    let decide: () => void = () => {};
    const decided = new Promise<void>((resolve) => {
      decide = resolve;
    });
    acceptor.listen(() => decided);
    const arrival = new Arrival("x");
    acceptor.offer(arrival);
    acceptor.withdraw(arrival);
    decide();
    await new Promise((resolve) => setImmediate(resolve));
    expect(arrival.log).toEqual([]);
  });

  test("closing the listener refuses what nobody accepted and resets what only a handler did", async () => {
    const acceptor = new Acceptor(9);
    const listener = acceptor.listen((headers) => (headers.get("name") === "0" ? new Promise(() => {}) : undefined));
    const waiting = arrivals(2);
    for (const one of waiting) acceptor.offer(one);
    await listener.close();
    expect(waiting.map(({ log }) => log.join())).toEqual(["refused", "accepted,reset"]);
    expect(await listener.accept()).toBeNull();
    const late = new Arrival("late");
    acceptor.offer(late);
    expect(late.log).toEqual(["refused"]);
    const again = acceptor.listen();
    acceptor.offer(new Arrival("again"));
    expect((await again.accept())?.id).toBe("again");
  });

  test("a second listener is ERR_LISTENING while the first is open", () => {
    const acceptor = new Acceptor(9);
    acceptor.listen();
    try {
      acceptor.listen();
      expect.unreachable();
    } catch (error) {
      expect(isStreamsError(error, "ERR_LISTENING")).toBe(true);
    }
  });

  test("when the session ends, what a handler accepted is still given out, the rest is refused", async () => {
    const acceptor = new Acceptor(9);
    const listener = acceptor.listen((headers) => (headers.get("name") === "0" ? new Promise(() => {}) : undefined));
    const all = arrivals(2);
    for (const one of all) acceptor.offer(one);
    acceptor.close();
    const late = new Arrival("late");
    acceptor.offer(late);
    expect([...all, late].map(({ log }) => log.join())).toEqual(["refused", "accepted", "refused"]);
    expect((await listener.accept())?.id).toBe("1");
    expect(await listener.accept()).toBeNull();
  });

  test("when the session ends, what waits undecided for accept is refused though it withdraws itself", async () => {
    const acceptor = new Acceptor(9);
    const listener = acceptor.listen();
    const all = arrivals(3);
    for (const one of all) {
      const refuse = one.refuse.bind(one);
      one.refuse = (...decision) => {
        refuse(...decision);
        acceptor.withdraw(one);
      };
      acceptor.offer(one);
    }
    acceptor.close();
    expect(all.map(({ log }) => log.join())).toEqual(["refused", "refused", "refused"]);
    expect(await listener.accept()).toBeNull();
    expect(await acceptor.listen().accept()).toBeNull();
  });

  test("an aborted accept takes nothing", async () => {
    const acceptor = new Acceptor(9);
    const listener = acceptor.listen();
    const controller = new AbortController();
    const aborted = listener.accept({ signal: controller.signal });
    controller.abort("why");
    await expect(aborted).rejects.toBe("why");
    acceptor.offer(new Arrival("kept"));
    expect((await listener.accept())?.id).toBe("kept");
  });
});

/** Until everything that this tick started has run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
