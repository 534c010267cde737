// node:http2, as it comes and with windows of 16 MiB.

import * as http2 from "node:http2";
import { REPLY_HEADER, REPLY_VALUE, REQUEST_HEADERS } from "../client.js";
import { listenLoopback } from "../loopback.js";
import type { Peer } from "../peer.js";
import { DuplexPipe, fail, type PipeMux } from "../pipe.js";
import { PipeClient } from "../pipe-client.js";
import { servePipe } from "../pipe-server.js";

const REQUEST = { ":method": "POST", ":path": "/" };

/** @param window of a stream and of the session; default what node:http2 has */
export function http2Peer(window?: number): Peer {
  const settings = window === undefined ? {} : { initialWindowSize: window };
  return {
    async serve({ streams }, workload) {
      const server = http2.createServer({
        settings: { ...settings, maxConcurrentStreams: streams },
        ...memory(streams),
      });
      if (window !== undefined) server.on("session", (session) => session.setLocalWindowSize(window));
      const headers = workload === "openecho-headers" ? { [REPLY_HEADER]: REPLY_VALUE } : {};
      server.on("stream", (stream) => {
        stream.respond({ ":status": 200, ...headers });
        servePipe(new DuplexPipe(stream));
      });
      return listenLoopback(server);
    },
    async connect({ port, streams }) {
      const session = http2.connect(`http://127.0.0.1:${port}`, {
        settings,
        peerMaxConcurrentStreams: streams,
        ...memory(streams),
      });
      session.on("error", fail);
      await new Promise<void>((resolve) => session.once("remoteSettings", () => resolve()));
      if (window !== undefined) session.setLocalWindowSize(window);
      return new PipeClient(muxOf(session));
    },
  };
}

/** By default a session of more than 10 MB refuses streams. */
function memory(streams: number): { maxSessionMemory?: number } {
  return streams > 1000 ? { maxSessionMemory: 4000 } : {};
}

function muxOf(session: http2.ClientHttp2Session): PipeMux {
  return {
    halfClose: true,
    open(headers, opened) {
      const request = headers ? { ...REQUEST, ...REQUEST_HEADERS } : REQUEST;
      const stream = session.request(request, { endStream: false });
      opened(headers ? new PipeWithReply(stream) : new DuplexPipe(stream));
    },
  };
}

class PipeWithReply extends DuplexPipe {
  #reply: string | undefined;

  constructor(stream: http2.ClientHttp2Stream) {
    super(stream);
    stream.once("response", (headers) => {
      this.#reply = String(headers[REPLY_HEADER]);
    });
  }

  reply(): string | undefined {
    return this.#reply;
  }
}
