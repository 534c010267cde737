// Headers, reply headers and refusals are HTTP/2's own, and an original has them too.

import { deepStrictEqual as equal, rejects } from "node:assert";
import { linked, nextOf } from "../../common/link.js";
import { isObject } from "../../objects.js";
import type { Case } from "../../original.js";

export const headers: readonly Case[] = [
  {
    name: "towards the original, features are HTTP/2's own",
    run: async (t) => {
      const { session } = await t.start();
      const { headers, opens, resetCode, ping, drain } = session.features;
      equal(
        { headers, opens, resetCode, ping, drain },
        { headers: "native", opens: "client", resetCode: true, ping: true, drain: true },
      );
    },
  },
  {
    name: "headers, a path and reply headers reach a Go handler and come back",
    roles: ["client"],
    run: async (t) => {
      const { session, peer } = await t.start();
      const stream = await session.newStream({ "x-name": "alice", "x-many": "a, b" });
      const handler = await peer.accept();
      equal(
        [handler.headers[":path"], handler.headers["X-Name"], handler.headers["X-Many"]],
        ["/streams", "alice", "a, b"],
      );
      await handler.do("reply", { headers: { "x-answer": "42" } });
      equal((await stream.opened).get("x-answer"), "42");
    },
  },
  {
    name: "headers, a path and reply headers of a Go client's request reach us and go back",
    roles: ["server"],
    run: async (t) => {
      const { session, peer } = await t.start();
      const listener = session.listen((headers) => ({
        accept: true,
        headers: { "x-answer": `${headers.get("x-name")} at ${headers.get("streams-path")}` },
      }));
      const request = await peer.open({ path: "/some/where", headers: { "x-name": "alice" } });
      await nextOf(listener);
      const response = await request.do("response");
      equal(isObject(response) && isObject(response.headers) && response.headers["X-Answer"], "alice at /some/where");
    },
  },
  {
    name: "a handler that answers 403 refuses, with its headers, and is not retried",
    roles: ["client"],
    run: async (t) => {
      const { session, peer } = await t.start();
      const stream = await session.newStream();
      const handler = await peer.accept();
      await handler.do("reply", { status: 403, headers: { why: "closed on Fridays" } });
      await handler.close();
      await rejects(stream.opened, (error: { code: string; retryable: boolean; headers: Headers }) => {
        equal([error.code, error.retryable, error.headers.get("why")], ["ERR_REFUSED", false, "closed on Fridays"]);
        return true;
      });
    },
  },
  {
    name: "our refusal is a 403 with our headers to a Go client",
    roles: ["server"],
    run: async (t) => {
      const { session, peer } = await t.start();
      session.listen(() => ({ accept: false, headers: { why: "closed on Fridays" } }));
      const response = await (await peer.open()).do("response");
      equal(isObject(response) && response.status, 403);
      equal(isObject(response) && isObject(response.headers) && response.headers.Why, "closed on Fridays");
    },
  },
  {
    name: "a server of ours opens no streams to a Go client, and says so",
    roles: ["server"],
    run: async (t) => {
      const pair = await t.start();
      await linked(t, pair, "peer");
      await rejects(pair.session.newStream(), { code: "ERR_UNSUPPORTED" });
    },
  },
];
