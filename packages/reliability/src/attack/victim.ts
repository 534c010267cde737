// The process under attack: a server of echoes for the sibling, one for the attackers, and one whose streams nobody takes.

import { native } from "mux-native";
import { over, type Server, type Stream, type StreamProvider } from "streams-core";
import { handled } from "streams-core/kit";
import { tcp } from "transport-tcp";

export interface Ports {
  readonly sibling: number;
  readonly echo: number;
  readonly deaf: number;
}

/** How the sessions of the attackers ended, by error code; "closed" and "open" are none. And warnings of the process, by name. */
export type Ends = Readonly<Record<string, number>>;

const ends: Record<string, number> = {};
const count = (end: string, by = 1): void => {
  ends[end] = (ends[end] ?? 0) + by;
};
const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "other");

const backend = over(native(), tcp(), { onRejected: (error) => count(codeOf(error)) });
const loopback = new URL("tcp://127.0.0.1:0");
const [sibling, echo, deaf] = await Promise.all([
  backend.serve(loopback),
  backend.serve(loopback),
  backend.serve(loopback),
]);
handled(serve(sibling, true, false));
handled(serve(echo, true, true));
handled(serve(deaf, false, true));

process.on("warning", ({ name }) => count(name));
process.on("message", () => process.send?.(ends));
process.on("disconnect", () => process.exit());
process.send?.({
  sibling: Number(sibling.url.port),
  echo: Number(echo.url.port),
  deaf: Number(deaf.url.port),
} satisfies Ports);

async function serve(server: Server<StreamProvider>, listens: boolean, counts: boolean): Promise<void> {
  for await (const session of server) {
    if (listens) handled(echoSession(session));
    if (!counts) continue;
    count("open");
    session.closed.then(
      () => count("closed"),
      (error: unknown) => count(codeOf(error)),
    );
    session.closed.catch(() => {}).then(() => count("open", -1));
  }
}

async function echoSession(session: StreamProvider): Promise<void> {
  for await (const stream of session.listen()) handled(echoStream(stream));
}

async function echoStream(stream: Stream): Promise<void> {
  for await (const chunk of stream) await stream.write(chunk);
  await stream.close();
}
