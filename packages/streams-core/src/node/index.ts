// Bridges between Conn and Node's stream.Duplex, and what transports of Node have in common.

export { type FromDuplexOptions, fromDuplex, takeDuplex } from "./from-duplex.js";
export { Handshakes } from "./handshakes.js";
export { tlsError, untrusted } from "./tls-errors.js";
export { secureContextOf, type TlsMaterial } from "./tls-options.js";
export { type SocketDuplex, type ToDuplexOptions, toDuplex } from "./to-duplex.js";
