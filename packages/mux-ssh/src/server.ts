// The server's end, on ssh2's Server, one per connection: `injectSocket` hands the connection in, nothing listens.

import type { Duplex } from "node:stream";
import ssh2, { type Channel, type Connection, type ServerChannel, type Session } from "ssh2";
import { StreamsError } from "streams-core";
import { checkPrivateKey, keyText } from "./client.js";
import { type End, type EndEvents, OUR_HOST, type Target } from "./end.js";
import { type Phase, sessionFault } from "./faults.js";
import { type Limits, optionError, type SshOptions } from "./options.js";
import { type Authentication, authentication, Login } from "./users.js";

export interface ServerLogin {
  readonly hostKeys: (string | Buffer)[];
  readonly authentication: Authentication;
}

/** @throws ERR_OPTION_INVALID */
export function serverLogin(options: SshOptions): ServerLogin {
  const hostKeys = options.hostKeys ?? [];
  if (hostKeys.length === 0) {
    throw optionError(
      'An SSH server needs hostKeys. Make one with: ssh-keygen -t ed25519 -N "" -f host_key, and give the text of the file host_key; generateKeys() makes one for a test.',
    );
  }
  for (const key of hostKeys) checkPrivateKey("hostKeys", key);
  return { hostKeys: hostKeys.map(keyText), authentication: authentication(options) };
}

export interface ServerSetting {
  readonly login: ServerLogin;
  readonly limits: Limits;
  readonly ident: string;
  ours(): boolean;
}

/** Ports that are given out for requests of port 0; nothing listens on them. */
const FIRST_VIRTUAL_PORT = 49152;

export function startServer(sock: Duplex, setting: ServerSetting, events: EndEvents): End {
  const { login, limits } = setting;
  const forwards = new Forwards();
  const undecided = new Set<Session>();
  let connection: Connection | undefined;
  let phase: Phase = "handshake";
  const attempts = new Login(login.authentication, () => connection?.end());

  const server = new ssh2.Server({
    hostKeys: login.hostKeys,
    ident: setting.ident,
    keepaliveInterval: limits.keepaliveInterval,
    keepaliveCountMax: 2 ** 31,
  });
  server.on("error", (error: Error) => events.failed(fault(error)));
  server.on("connection", (client: Connection) => {
    connection = client;
    client.on("error", (error: Error) => events.failed(fault(error)));
    client.on("handshake", () => {
      if (phase === "handshake") phase = "login";
    });
    client.on("authentication", (context) => void attempts.answer(context).catch(() => {}));
    const left = (): void => {
      if (phase === "login" && attempts.refused) events.failed(notLoggedIn());
    };
    client.on("end", left).on("close", left);
    client.on("ready", () => {
      phase = "open";
      events.ready();
    });
    client.on("tcpip", (accept, reject, info) => {
      const target: Target = {
        type: "tcp",
        host: info.destIP,
        port: info.destPort,
        originHost: info.srcIP,
        originPort: info.srcPort,
      };
      events.offer({ target, accept, reject });
    });
    client.on("openssh.streamlocal", (accept, reject, info) => {
      events.offer({ target: { type: "unix", path: info.socketPath }, accept, reject });
    });
    client.on("session", (accept, reject) => {
      if (setting.ours() || undecided.size >= limits.acceptBacklog) reject();
      else takeSession(accept(), undecided, events);
    });
    client.on("request", (accept, reject, name, info) => {
      if (setting.ours() && !("bindAddr" in info && info.bindAddr === OUR_HOST)) reject?.();
      else forwards.request(accept, reject, name, info);
      if (forwards.size > 0) events.openable();
    });
  });
  function fault(error: Error): StreamsError {
    if (phase === "login" && attempts.refused) return notLoggedIn();
    return sessionFault(error, phase) ?? new StreamsError("ERR_INTERNAL", "ssh2 failed.", { cause: error });
  }
  // ssh2 types it as a net.Socket, and uses what every Duplex has.
  server.injectSocket(sock as Parameters<typeof server.injectSocket>[0]);

  return {
    open(target, opened) {
      try {
        if (connection === undefined) throw new Error("not connected");
        openChannel(connection, forwards, target, opened);
      } catch (error) {
        opened(error instanceof Error ? error : new Error(String(error)), undefined);
      }
    },
    rekey: () => connection?.rekey(),
    disconnect() {
      if (connection === undefined) sock.end();
      else connection.end();
    },
  };
}

function notLoggedIn(): StreamsError {
  return new StreamsError(
    "ERR_AUTH_FAILED",
    "The client left without having logged in: nothing it offered was accepted.",
    {
      remote: true,
    },
  );
}

/**
 * A session becomes a channel when its one command is known; a terminal, X11 and agents are refused by ssh2.
 * @param undecided those whose command is not known yet
 */
function takeSession(session: Session, undecided: Set<Session>, events: EndEvents): void {
  undecided.add(session);
  session.on("close", () => undecided.delete(session));
  const env: Record<string, string> = {};
  let taken = false;
  const offer = (
    request: "exec" | "shell" | "subsystem",
    text: string,
    accept: () => ServerChannel,
    reject: () => void,
  ): void => {
    if (taken) {
      reject();
      return;
    }
    taken = true;
    undecided.delete(session);
    events.offer({ target: { type: "session", request, text, env }, accept, reject });
  };
  session.on("env", (accept, reject, info) => {
    // Enough for what people set, too little to fill the memory.
    if (Object.keys(env).length >= 64) {
      reject?.();
      return;
    }
    env[info.key] = info.val;
    accept?.();
  });
  session.on("exec", (accept, reject, info) => offer("exec", info.command, accept, reject));
  session.on("shell", (accept, reject) => offer("shell", "", accept, reject));
  session.on("subsystem", (accept, reject, info) => offer("subsystem", info.name, accept, reject));
}

/** What the client asked to be listened for: the only addresses that channels may be opened from. */
class Forwards {
  readonly #tcp = new Map<string, { host: string; port: number }>();
  readonly #unix = new Set<string>();
  #nextPort = FIRST_VIRTUAL_PORT;

  get size(): number {
    return this.#tcp.size + this.#unix.size;
  }

  request(
    accept: ((port?: number) => void) | undefined,
    reject: (() => void) | undefined,
    name: string,
    info: object,
  ): void {
    if ("bindAddr" in info && "bindPort" in info) {
      const host = String(info.bindAddr);
      const asked = Number(info.bindPort);
      if (name === "tcpip-forward" && this.size < MAX_FORWARDS) {
        const port = asked === 0 ? this.#nextPort++ : asked;
        this.#tcp.set(`${host}:${port}`, { host, port });
        accept?.(port);
        return;
      }
      if (name === "cancel-tcpip-forward" && this.#tcp.delete(`${host}:${asked}`)) {
        accept?.();
        return;
      }
    } else if ("socketPath" in info) {
      const path = String(info.socketPath);
      if (name === "streamlocal-forward@openssh.com" && this.size < MAX_FORWARDS) {
        this.#unix.add(path);
        accept?.();
        return;
      }
      if (name === "cancel-streamlocal-forward@openssh.com" && this.#unix.delete(path)) {
        accept?.();
        return;
      }
    }
    reject?.();
  }

  /** The forward that a target names, or the only one there is. */
  find(target: Target): Target {
    if (target.type === "unix") {
      if (this.#unix.has(target.path)) return target;
    } else if (target.type === "tcp") {
      const [only] = this.#tcp.values();
      const named = this.#tcp.get(`${target.host}:${target.port}`);
      const byHost = target.port === 0 ? [...this.#tcp.values()].filter(({ host }) => host === target.host) : [];
      const unnamed = target.host === "" && target.port === 0 && this.#tcp.size === 1 ? only : undefined;
      const found = named ?? (byHost.length === 1 ? byHost[0] : undefined) ?? unnamed;
      if (found !== undefined) return { ...target, ...found };
    }
    throw new StreamsError(
      "ERR_UNSUPPORTED",
      "A server opens streams only to where the client asked for them (ssh -R): name one by bind-host and bind-port.",
    );
  }
}

const MAX_FORWARDS = 64;

function openChannel(
  client: Connection,
  forwards: Forwards,
  target: Target,
  opened: (error: Error | undefined, channel: Channel | undefined) => void,
): void {
  const done = (error: Error | undefined, channel: ServerChannel): void => opened(error, error ? undefined : channel);
  const from = forwards.find(target);
  if (from.type === "tcp") client.forwardOut(from.host, from.port, from.originHost, from.originPort, done);
  else if (from.type === "unix") client.openssh_forwardOutStreamLocal(from.path, done);
  else throw new Error("A server cannot open a session.");
}
