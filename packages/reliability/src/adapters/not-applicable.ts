// Rows of the reliability scorecard that a library below a wire makes impossible, or decides by itself where nobody sees it.

export const notApplicable: Record<"http2" | "ssh", Record<string, string>> = {
  http2: {
    "16": "node:http2 fixes the windows when the session starts: none grows, so that no delayed pong can grow it.",
    "19": "nghttp2 decides which stream sends next, and does not tell when a frame was handed on.",
  },
  ssh: {
    "8": "SSH does not fragment headers: they come in the one packet that opens a channel.",
    "16": "Windows are fixed when the session starts: none grows, so that no delayed pong can grow it.",
    "19": "ssh2 cuts what it is given into packets and does not tell when one was handed on.",
  },
};
