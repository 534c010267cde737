// Who is let in, and by whom: the original and we check each other's keys and passwords.

import { strictEqual as equal, rejects } from "node:assert";
import { generateKeys } from "mux-ssh";
import type { Case } from "../../original.js";
import { end } from "./end.js";

const config = { ...end.config, password: "another" };

export const logins: readonly Case[] = [
  {
    name: "a Go server with another host key than ours expects is refused",
    roles: ["client"],
    run: async (t) => {
      const mux = end.mux("client", { hostKey: generateKeys().fingerprint });
      await rejects(t.start({ mux }), { code: "ERR_UNTRUSTED" });
    },
  },
  {
    name: "a Go server that does not take our password lets us not in, and we say so",
    roles: ["client"],
    run: async (t) => {
      await rejects(t.start({ config }), { code: "ERR_AUTH_FAILED" });
    },
  },
  {
    name: "a Go client with a wrong password is not let in",
    roles: ["server"],
    run: async (t) => {
      await rejects(t.start({ config }), (error: Error) => {
        equal(/unable to authenticate|ERR_AUTH_FAILED|logged in/i.test(String(error)), true, String(error));
        return true;
      });
    },
  },
];
