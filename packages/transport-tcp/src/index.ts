// TCP, TLS and Unix sockets.

export { type TcpOptions, tcp } from "./tcp.js";
export { type TlsOptions, tls } from "./tls.js";
export { type UnixOptions, unix } from "./unix.js";
