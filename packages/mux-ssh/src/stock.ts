// Headers for channels of stock peers, which know no headers: what a channel leads to, both ways. The names are listed in the README.

import { StreamsError } from "streams-core";
import { toHeaders } from "streams-core/kit";
import type { Target } from "./end.js";

type Role = "client" | "server";

/** What a channel leads to, as the headers of an inbound stream. @throws ERR_HEADERS_INVALID for text that no header can hold */
export function headersOf(target: Target, role: Role): Headers {
  return toHeaders(fieldsOf(target, role).map(([name, value]): [string, string] => [name, byteString(value)]));
}

function fieldsOf(target: Target, role: Role): [string, string][] {
  if (target.type === "tcp") {
    const [kind, side] = role === "server" ? ["direct-tcpip", "dest"] : ["forwarded-tcpip", "bind"];
    return [
      ["channel-type", kind],
      [`${side}-host`, target.host],
      [`${side}-port`, String(target.port)],
      ["origin-host", target.originHost],
      ["origin-port", String(target.originPort)],
    ];
  }
  if (target.type === "unix") {
    return [
      ["channel-type", role === "server" ? "direct-streamlocal@openssh.com" : "forwarded-streamlocal@openssh.com"],
      ["socket-path", target.path],
    ];
  }
  return [
    ["channel-type", "session"],
    ["request", target.request],
    ...(target.request === "exec" ? ([["command", target.text]] satisfies [string, string][]) : []),
    ...(target.request === "subsystem" ? ([["subsystem", target.text]] satisfies [string, string][]) : []),
    ...Object.entries(target.env).map(([name, value]): [string, string] => [`env.${name}`, value]),
  ];
}

/** Where a stream to a stock peer shall lead. @throws ERR_UNSUPPORTED */
export function targetOf(headers: Headers, role: Role): Target {
  const path = headers.get("socket-path");
  if (path !== null) return { type: "unix", path: text(path) };
  const side = role === "client" ? "dest" : "bind";
  const host = headers.get(`${side}-host`);
  const port = headers.get(`${side}-port`);
  if (role === "server" || (host !== null && port !== null)) {
    return {
      type: "tcp",
      host: text(host ?? ""),
      port: portOf(port ?? "0"),
      originHost: text(headers.get("origin-host") ?? "127.0.0.1"),
      originPort: portOf(headers.get("origin-port") ?? "1"),
    };
  }
  const command = headers.get("command");
  const subsystem = headers.get("subsystem");
  if (command !== null) return { type: "session", request: "exec", text: text(command), env: envOf(headers) };
  if (subsystem !== null) return { type: "session", request: "subsystem", text: text(subsystem), env: envOf(headers) };
  throw new StreamsError(
    "ERR_UNSUPPORTED",
    "To a stock SSH server a stream must say where it leads: headers dest-host and dest-port, socket-path, command or subsystem.",
  );
}

function envOf(headers: Headers): Record<string, string> {
  const env: Record<string, string> = {};
  // Header names have no case; environments are written in capitals.
  for (const [name, value] of headers) if (name.startsWith("env.")) env[name.slice(4).toUpperCase()] = text(value);
  return env;
}

function portOf(value: string): number {
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new StreamsError("ERR_UNSUPPORTED", `A port header must be a number from 0 to 65535, not ${value}.`);
}

/** SSH strings are UTF-8 and header values are bytes: the bytes stay as they are. */
function byteString(value: string): string {
  return Buffer.from(value, "utf8").toString("latin1");
}

function text(value: string): string {
  return Buffer.from(value, "latin1").toString("utf8");
}
