// A session's error, for a stream that the peer certainly did not act on.

import { StreamsError } from "../errors.js";

/** The same error, but saying that it is safe to open the stream again elsewhere. */
export function retryable(error: StreamsError): StreamsError {
  const { code, message, remote, cause } = error;
  return error.retryable ? error : new StreamsError(code, message, { remote, retryable: true, cause });
}
