// One try of a case: what it starts, and that all of it ends.

import { setTimeout as delay } from "node:timers/promises";
import type { Conn } from "streams-core";
import { tcp } from "transport-tcp";
import type { Original, Pair, RawPair, Trial, TrialOptions } from "./original.js";
import { opposite, type Peer, type Role } from "./peer.js";
import { within } from "./within.js";

/** Our own session may say its last words to a peer that takes nothing. */
const CLOSE_LIMIT = 12_000;
/** For last words to a peer that is still there. What takes longer is a delay that a wire needs, and no case waits for it. */
const LAST_WORDS = 200;
const ANY_PORT = new URL("tcp://127.0.0.1:0");

export class OneTrial implements Trial {
  readonly role: Role;
  readonly original: Original;
  /** What `record` was told. */
  recorded: string | undefined;
  readonly #ends: (() => Promise<unknown>)[] = [];

  constructor(original: Original, role: Role) {
    this.original = original;
    this.role = role;
  }

  async start({ config, mux = this.original.mux(this.role) }: TrialOptions = {}): Promise<Pair> {
    const { conn, starting } = await this.#connect(config);
    const session = mux(conn, this.role);
    this.#ends.push(async () => {
      const closing = within(session.close(), CLOSE_LIMIT, "our session to close");
      await Promise.race([closing, delay(LAST_WORDS)]);
      starting.then((peer) => peer.kill()).catch(() => {});
      await closing;
    });
    const [peer] = await Promise.all([starting, session.ready]);
    return { session, peer };
  }

  async raw({ config }: Pick<TrialOptions, "config"> = {}): Promise<RawPair> {
    const { conn, starting } = await this.#connect(config);
    return { conn, peer: await starting };
  }

  record(what: string): void {
    this.recorded = what;
  }

  /** Ends everything, the last first. @throws if our session does not close */
  async end(): Promise<void> {
    const failures: unknown[] = [];
    for (const end of this.#ends.splice(0).reverse()) await end().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  async #connect(config: unknown): Promise<{ conn: Conn; starting: Promise<Peer> }> {
    const server = await tcp().serve(ANY_PORT);
    try {
      const role = opposite(this.role);
      const given = config ?? this.original.config?.(role);
      const starting = this.original.start({ role, port: Number(server.url.port), config: given });
      // Its session may need the other end to speak first: the socket comes before it is ready.
      const conn = await Promise.race([server.accept(), starting.then(() => server.accept())]);
      if (conn === null) throw new Error("The listening socket was closed.");
      this.#ends.push(async () => {
        conn.reset();
        await starting.then(
          (peer) => peer.dispose(),
          () => {},
        );
      });
      return { conn, starting };
    } finally {
      await server.close();
    }
  }
}
