// Faults put in on purpose, to see that the judge finds them: what the client receives is tampered with, once.

import type { Sink, Wire } from "mux-engine";
import type { WireFactory } from "./wires.js";

/** What it does otherwise than the sink it is put before. `strike` is true once. */
export type Fault = (sink: Sink, strike: () => boolean) => Partial<Sink>;

export const FAULTS: Readonly<Record<string, Fault>> = {
  "drops a byte": (sink, strike) => ({
    data: (payload) => sink.data(payload.byteLength > 1 && strike() ? payload.subarray(1) : payload),
  }),
  "flips a bit": (sink, strike) => ({
    data: (payload) => sink.data(strike() ? payload.map((byte, at) => (at === 0 ? byte ^ 1 : byte)) : payload),
  }),
  "swaps two pieces": (sink, strike) => ({
    data: (payload) => {
      const half = payload.byteLength >> 1;
      if (half === 0 || !strike()) return sink.data(payload);
      sink.data(payload.subarray(half));
      sink.data(payload.subarray(0, half));
    },
  }),
  "delivers a piece twice": (sink, strike) => ({
    data: (payload) => {
      sink.data(payload);
      if (strike()) sink.data(payload);
    },
  }),
  "loses an end": (sink, strike) => ({ dataEnd: (fin) => sink.dataEnd(fin && !strike()) }),
  "makes up an end": (sink, strike) => ({ dataEnd: (fin) => sink.dataEnd(fin || strike()) }),
  "doubles a credit": (sink, strike) => ({ credit: (id, bytes) => sink.credit(id, strike() ? 2 * bytes : bytes) }),
  "loses a credit": (sink, strike) => ({ credit: (id, bytes) => strike() || sink.credit(id, bytes) }),
  "loses a reset": (sink, strike) => ({ reset: (id, code) => strike() || sink.reset(id, code) }),
  "changes a code": (sink, strike) => ({ reset: (id, code) => sink.reset(id, strike() ? code + 1 : code) }),
};

export function tampered(factory: WireFactory, fault: Fault): WireFactory {
  return (role, options) => {
    const wire = factory(role, options);
    return role === "client" ? tamperedWire(wire, fault) : wire;
  };
}

function tamperedWire(wire: Wire, fault: Fault): Wire {
  let left = 1;
  const strike = (): boolean => left-- === 1;
  let tampering: Sink | undefined;
  return overriding(wire, {
    receive: (chunk, sink) => {
      tampering ??= overriding(sink, fault(sink, strike));
      wire.receive(chunk, tampering);
    },
  });
}

/** The same object, but some of its methods are others. */
function overriding<T extends object>(target: T, others: Partial<T>): T {
  return new Proxy(target, {
    get: (_, key): unknown => {
      const value: unknown = Reflect.get(others, key) ?? Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
