// What a stream shows of itself to whoever wonders why it does not move.

import type { StreamStats, Waiting } from "streams-core";
import type { EngineStream } from "./stream.js";

export function statsOf(stream: EngineStream): StreamStats {
  const { id, sendCredit, receiveCredit, unread } = stream;
  return { id, sendCredit, receiveCredit, unsent: stream.unsent.size, unread, waiting: waitingFor(stream) };
}

function waitingFor(stream: EngineStream): Waiting {
  if (stream.arrival !== undefined) return "accept";
  if (stream.unsent.size > 0) return stream.sendCredit > 0 ? "transport" : "credit";
  return stream.unread > 0 ? "reader" : "nothing";
}
