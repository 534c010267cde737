// mux-ssh over TCP. The host key is new for each server, so that the client takes any: both run on loopback for a few seconds.

import { generateKeys, ssh } from "mux-ssh";
import { type Backend, over } from "streams-core";
import { tcp } from "transport-tcp";
import type { Target } from "../client.js";
import type { Peer } from "../peer.js";
import { contractPeer } from "./contract.js";
import { PASSWORD, USER } from "./login.js";

export const muxSsh: Peer = contractPeer("ssh+tcp", ({ streams }: Target): Backend => {
  const options = {
    username: USER,
    password: PASSWORD,
    hostKey: () => true,
    hostKeys: [generateKeys().privateKey],
    users: { [USER]: { password: PASSWORD } },
    maxInboundStreams: streams,
  };
  return over(ssh(options), tcp());
});
