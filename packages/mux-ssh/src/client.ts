// The client's end, on ssh2's Client.

import type { Duplex } from "node:stream";
import ssh2, {
  type AuthenticationType,
  type Channel,
  type ClientChannel,
  type ConnectConfig,
  type ServerHostKeyAlgorithm,
} from "ssh2";
import { isStreamsError, StreamsError } from "streams-core";
import { type End, type EndEvents, OUR_HOST, STREAM_PORT, type Target } from "./end.js";
import { loginFailed, type Phase, sessionFault } from "./faults.js";
import { type HostVerifier, hostVerifier } from "./host-key.js";
import { type Limits, optionError, type SshOptions } from "./options.js";

/** What a client needs of the options, checked. @throws ERR_OPTION_INVALID, ERR_UNTRUSTED */
export interface ClientLogin {
  readonly verifier: HostVerifier;
  readonly config: ConnectConfig;
}

/** @throws ERR_OPTION_INVALID, ERR_UNTRUSTED */
export function clientLogin(options: SshOptions): ClientLogin {
  const { username, password, privateKey, passphrase, agent } = options;
  if (username === undefined || username === "") {
    throw optionError("An SSH client needs a username.");
  }
  const methods: AuthenticationType[] = ["none"];
  if (privateKey !== undefined) methods.push("publickey");
  if (agent !== undefined) methods.push("agent");
  if (password !== undefined) methods.push("password", "keyboard-interactive");
  if (methods.length === 1) {
    throw optionError("An SSH client needs a password, a privateKey or an agent to log in with.");
  }
  checkPrivateKey("privateKey", privateKey, passphrase);
  return {
    verifier: hostVerifier(options.hostKey),
    config: {
      username,
      authHandler: methods,
      ...(password !== undefined && { password, tryKeyboard: true }),
      ...(privateKey !== undefined && { privateKey: keyText(privateKey) }),
      ...(passphrase !== undefined && { passphrase }),
      ...(agent !== undefined && { agent }),
    },
  };
}

/** @throws ERR_OPTION_INVALID unless it is a private key, or undefined */
export function checkPrivateKey(name: string, key: string | Uint8Array | undefined, passphrase?: string): void {
  if (key === undefined) return;
  const parsed = ssh2.utils.parseKey(keyText(key), passphrase);
  if (parsed instanceof Error || ![parsed].flat()[0]?.isPrivateKey()) {
    throw optionError(
      `Option ${name} is not a private key in PEM or OpenSSH text, or its passphrase is wrong.`,
      parsed instanceof Error ? parsed : undefined,
    );
  }
}

export function keyText(key: string | Uint8Array): string | Buffer {
  return typeof key === "string" ? key : Buffer.from(key.buffer, key.byteOffset, key.byteLength);
}

export interface ClientSetting {
  readonly login: ClientLogin;
  readonly options: SshOptions;
  readonly limits: Limits;
  readonly ident: string;
  /** Whether the server is our own kind; known once the version strings were exchanged. */
  ours(): boolean;
}

export function startClient(sock: Duplex, setting: ClientSetting, events: EndEvents): End {
  const { login, options, limits } = setting;
  const client = new ssh2.Client();
  let phase: Phase = "handshake";
  let distrust: StreamsError | undefined;
  let trusted: Buffer | undefined;

  client.on("handshake", () => {
    if (phase === "handshake") phase = "login";
  });
  client.on("error", (error) => {
    const fault = distrust ?? sessionFault(error, phase);
    if (fault !== undefined) events.failed(fault);
  });
  // A server that hangs up during the login has refused it, as OpenSSH does after too many attempts.
  client.on("end", () => {
    if (phase === "login") events.failed(loginFailed());
  });
  client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) => {
    finish(prompts.map((prompt) => (prompt.echo === true ? "" : (options.password ?? ""))));
  });
  client.on("ready", () => {
    phase = "open";
    void forward();
  });
  client.on("tcp connection", (details, accept, reject) => {
    const target: Target = {
      type: "tcp",
      host: details.destIP,
      port: details.destPort,
      originHost: details.srcIP,
      originPort: details.srcPort,
    };
    events.offer({ target, accept, reject });
  });

  async function forward(): Promise<void> {
    try {
      if (setting.ours()) {
        events.ready();
        events.openable();
        await forwardIn(client, OUR_HOST, STREAM_PORT);
        return;
      }
      for (const { host, port, granted } of options.forward ?? []) {
        const chosen = await forwardIn(client, host, port);
        granted?.(chosen);
      }
      events.ready();
      events.openable();
    } catch (error) {
      if (isStreamsError(error)) events.failed(error);
      else events.failed(new StreamsError("ERR_INTERNAL", "Option forward: granted() threw.", { cause: error }));
    }
  }

  client.connect({
    ...login.config,
    sock,
    ident: setting.ident,
    strictVendor: false,
    readyTimeout: 0,
    keepaliveInterval: limits.keepaliveInterval,
    // ssh2 only asks; whether the peer is dead is judged by the session, by any byte that comes.
    keepaliveCountMax: Number.MAX_SAFE_INTEGER,
    ...(login.verifier.algorithms.length > 0 && {
      algorithms: { serverHostKey: preferred(login.verifier.algorithms) },
    }),
    hostVerifier: (key: Buffer, answer: (trusted: boolean) => void) => {
      // New keys later on come with the same host key. It is answered for at once: ssh2 sends data in the wrong place of the key
      // exchange when the answer takes longer, for which OpenSSH hangs up.
      if (trusted !== undefined) {
        if (!trusted.equals(key))
          distrust = new StreamsError("ERR_UNTRUSTED", "The server changed its host key.", { remote: true });
        return distrust === undefined;
      }
      login.verifier.verify(key).then(
        () => {
          trusted = Buffer.from(key);
          answerSafely(answer, true);
        },
        (error: unknown) => {
          distrust = isStreamsError(error) ? error : new StreamsError("ERR_UNTRUSTED", "The host key is malformed.");
          answerSafely(answer, false);
          events.failed(distrust);
        },
      );
      return undefined;
    },
  });

  return {
    open(target, opened) {
      try {
        openChannel(client, target, opened);
      } catch (error) {
        opened(error instanceof Error ? error : new Error(String(error)), undefined);
      }
    },
    disconnect: () => void client.end(),
    rekey: () => {},
  };
}

function answerSafely(answer: (trusted: boolean) => void, trusted: boolean): void {
  try {
    answer(trusted);
  } catch {
    // The connection ended while the verifier was deciding.
  }
}

function openChannel(
  client: ssh2.Client,
  target: Target,
  opened: (error: Error | undefined, channel: Channel | undefined) => void,
): void {
  const done = (error: Error | undefined, channel: ClientChannel): void => opened(error, error ? undefined : channel);
  if (target.type === "tcp") {
    client.forwardOut(target.originHost, target.originPort, target.host, target.port, done);
  } else if (target.type === "unix") {
    client.openssh_forwardOutStreamLocal(target.path, done);
  } else if (target.request === "exec") {
    client.exec(target.text, { env: { ...target.env } }, done);
  } else if (target.request === "subsystem") {
    client.subsys(target.text, done);
  } else {
    client.shell(false, { env: { ...target.env } }, done);
  }
}

function forwardIn(client: ssh2.Client, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: unknown): void =>
      reject(
        new StreamsError("ERR_UNSUPPORTED", `The server does not listen for us on "${host}" port ${port}.`, {
          remote: true,
          cause,
        }),
      );
    try {
      client.forwardIn(host, port, (error, granted) => (error ? refuse(error) : resolve(granted)));
    } catch (error) {
      refuse(error);
    }
  });
}

const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];

function preferred(first: readonly string[]): ServerHostKeyAlgorithm[] {
  const isFirst = (name: string): boolean => first.includes(name);
  return [...HOST_KEY_ALGORITHMS.filter(isFirst), ...HOST_KEY_ALGORITHMS.filter((name) => !isFirst(name))];
}
