// Bridges between Conn and Node's stream.Duplex, and what transports of Node have in common.

export { type FromDuplexOptions, fromDuplex, takeDuplex } from "./from-duplex.js";
export { tlsError, untrusted } from "./tls-errors.js";
export { type SocketDuplex, type ToDuplexOptions, toDuplex } from "./to-duplex.js";
