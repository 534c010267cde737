// What channels lead to: ports, sockets, commands, forwards. All of it is a wish that the other end decides about.

import { deepStrictEqual as equal, rejects } from "node:assert";
import type { Stream } from "streams-core";
import { readAll, seeded, writeSeeded } from "../../bytes.js";
import { nextOf } from "../../common/link.js";
import type { Case } from "../../original.js";
import { whole } from "../../whole.js";
import { end } from "./end.js";

const BIND = { host: "127.0.0.1", port: 7777 };
const LENGTH = 300_000;

export const channels: readonly Case[] = [
  {
    name: "towards the original, features are SSH's own",
    run: async (t) => {
      const { session } = await t.start();
      const { headers, opens, resetCode, ping, drain } = session.features;
      equal(
        { headers, opens, resetCode, ping, drain },
        { headers: "none", opens: "client", resetCode: false, ping: false, drain: false },
      );
    },
  },
  {
    name: "our stream's destination reaches a Go server: a port, a socket, a command, a subsystem",
    roles: ["client"],
    run: async (t) => {
      const { session, peer } = await t.start();
      const asked: [Record<string, string>, Record<string, string>][] = [
        [
          { "dest-host": "app", "dest-port": "81" },
          { "channel-type": "direct-tcpip", "dest-host": "app", "dest-port": "81" },
        ],
        [
          { "socket-path": "/run/app" },
          { "channel-type": "direct-streamlocal@openssh.com", "socket-path": "/run/app" },
        ],
        [{ command: "say hello" }, { "channel-type": "session", exec: "say hello" }],
        [{ subsystem: "mine" }, { "channel-type": "session", subsystem: "mine" }],
      ];
      for (const [headers, seen] of asked) {
        const accepting = peer.accept();
        const ours = await session.newStream(headers);
        const theirs = await accepting;
        equal(theirs.headers, seen);
        const echoing = theirs.echo();
        const back = readAll(ours);
        await writeSeeded(ours, LENGTH, 1);
        await ours.close();
        whole(await back, seeded(1, LENGTH), `what came back from ${JSON.stringify(headers)}`);
        await echoing;
      }
    },
  },
  {
    name: "a Go client's Dial shows where it leads, and a socket too",
    roles: ["server"],
    run: async (t) => {
      const { session, peer } = await t.start();
      const listener = session.listen();
      const [stream] = await Promise.all([nextOf(listener), peer.open({ host: "app", port: 81 })]);
      equal(Object.fromEntries(stream.headers), {
        "channel-type": "direct-tcpip",
        "dest-host": "app",
        "dest-port": "81",
        "origin-host": "127.0.0.1",
        "origin-port": "4321",
      });
      const type = "direct-streamlocal@openssh.com";
      const [socket] = await Promise.all([nextOf(listener), peer.open({ type, path: "/run/app" })]);
      equal(Object.fromEntries(socket.headers), { "channel-type": type, "socket-path": "/run/app" });
    },
  },
  {
    name: "a Go client's command is a stream, which ends with status 0, and with 1 when we reset it",
    roles: ["server"],
    run: async (t) => {
      const { session, peer } = await t.start();
      const listener = session.listen();
      const over = async (finish: (stream: Stream) => unknown): Promise<unknown> => {
        const command = { type: "session", command: "say hello" };
        const [stream, theirs] = await Promise.all([nextOf(listener), peer.open(command)]);
        equal(Object.fromEntries(stream.headers), { "channel-type": "session", request: "exec", command: "say hello" });
        await writeSeeded(stream, LENGTH, 1);
        whole(await theirs.read(LENGTH), seeded(1, LENGTH), "the output");
        await finish(stream);
        return theirs.do("status");
      };
      equal(await over((stream) => stream.close()), 0);
      equal(await over((stream) => stream.reset()), 1);
    },
  },
  {
    name: "a channel type that we do not know is rejected as unknown (3)",
    roles: ["server"],
    run: async (t) => {
      const { session, peer } = await t.start();
      session.listen();
      await rejects(peer.open({ type: "x" }), { code: 3 });
    },
  },
  {
    name: "a Go server's Reject refuses our stream, with its words",
    roles: ["client"],
    run: async (t) => {
      const { session, peer } = await t.start();
      const refusing = peer.do("refuse", { code: 4, text: "closed on Fridays" });
      const stream = await session.newStream({ "dest-host": "app", "dest-port": "81" });
      await rejects(stream.opened, { code: "ERR_REFUSED", message: /closed on Fridays/ });
      await refusing;
    },
  },
  {
    name: "a Go client that listens is opened streams by us, and nobody else is",
    roles: ["server"],
    run: async (t) => {
      const { session, peer } = await t.start();
      await peer.do("listen", BIND);
      const bind = {
        "bind-host": BIND.host,
        "bind-port": String(BIND.port),
        "origin-host": "127.0.0.1",
        "origin-port": "1",
      };
      const ours = await session.newStream(bind);
      const echoing = (await peer.accept()).echo();
      const back = readAll(ours);
      await writeSeeded(ours, LENGTH, 1);
      await ours.close();
      whole(await back, seeded(1, LENGTH), "what came back");
      await echoing;
      const elsewhere = await session.newStream({ ...bind, "bind-port": "7778" });
      await rejects(elsewhere.opened, { code: "ERR_UNSUPPORTED" });
    },
  },
  {
    name: "a Go server opens streams to us where we asked to be forwarded",
    roles: ["client"],
    run: async (t) => {
      const { session, peer } = await t.start({ mux: end.mux("client", { forward: [BIND] }) });
      const listener = session.listen();
      const [ours, theirs] = await Promise.all([nextOf(listener), peer.open(BIND)]);
      equal([ours.headers.get("bind-host"), ours.headers.get("bind-port")], [BIND.host, String(BIND.port)]);
      const back = theirs.read();
      const echoed = (async () => {
        for await (const chunk of ours) await ours.write(chunk);
        await ours.close();
      })();
      whole(await theirs.write(LENGTH, 1), seeded(1, LENGTH), "what the server wrote");
      await theirs.closeWrite();
      whole(await back, seeded(1, LENGTH), "what it read back");
      await echoed;
    },
  },
];
