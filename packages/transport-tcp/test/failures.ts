// What a promise fails with.

import { isStreamsError, type StreamsError } from "streams-core";

/** The StreamsError that the work rejects with; anything else fails the test. */
export async function failure(work: PromiseLike<unknown>): Promise<StreamsError> {
  try {
    await work;
  } catch (error) {
    if (isStreamsError(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
