// The rows of the README's table: what no program can know of a wire.

export interface About {
  /** As in `WIRES`; `undefined` for our own wire, which has no original. */
  readonly wire: string | undefined;
  readonly name: string;
  readonly package: string;
  readonly choose: string;
  /** What `npm test` proves it against besides, with whatever version is installed. */
  readonly also?: string;
}

export const ROWS: readonly About[] = [
  { wire: undefined, name: "native", package: "mux-native", choose: "both ends are yours" },
  { wire: "yamux", name: "yamux", package: "mux-yamux", choose: "the peer is Consul, Nomad, frp or libp2p" },
  { wire: "muxado", name: "muxado v2", package: "mux-muxado", choose: "the peer is an ngrok agent" },
  { wire: "muxado1", name: "muxado v1", package: "mux-muxado", choose: "the peer is an old one, as Sia's" },
  { wire: "smux", name: "smux v2", package: "mux-smux", choose: "the peer is kcptun or frp with smux 2" },
  { wire: "smux1", name: "smux v1", package: "mux-smux", choose: "the same, as they come" },
  { wire: "spdy", name: "SPDY/3.1", package: "mux-spdy", choose: "the peer is Kubernetes or Docker" },
  { wire: "mio", name: "mio", package: "mux-mio", choose: "the peer is mio" },
  {
    wire: "http2",
    name: "HTTP/2",
    package: "mux-http2",
    choose: "curl, nghttp or a proxy must reach it",
    also: "curl and nghttp (npm test)",
  },
  {
    wire: "ssh",
    name: "SSH",
    package: "mux-ssh",
    choose: "the peer is OpenSSH, or keys are what you trust",
    also: "OpenSSH (npm test)",
  },
];
