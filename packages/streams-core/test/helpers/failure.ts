import { expect } from "vitest";
import { type ErrorCode, isStreamsError, type StreamsError } from "../../src/index.js";

/** What `work` rejects with; fails unless it is a StreamsError of this code. */
export async function failure(work: PromiseLike<unknown>, code: ErrorCode): Promise<StreamsError> {
  const error = await work.then(
    () => "resolved",
    (reason: unknown) => reason,
  );
  expect(isStreamsError(error) ? error.code : error).toBe(code);
  if (!isStreamsError(error)) throw error;
  return error;
}

export function text(chunk: Uint8Array | null): string | null {
  return chunk && new TextDecoder().decode(chunk);
}

export function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}
