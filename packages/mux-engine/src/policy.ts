// How sessions treat their streams where the originals of a wire do otherwise than our own wire.

/** What a wire's originals do otherwise than our own wire. Everything left out is as our own wire has it. */
export interface Policy {
  /** An end travels in a frame of its own, which `end` writes, and not with the last data. */
  readonly endApart?: boolean;
  /** Nothing on the wire says that a stream was accepted: it counts as accepted once its opening was sent. */
  readonly silentAccept?: boolean;
  /** The original takes a reset for an end, and goes on sending: that is dropped and not counted. */
  readonly resetIsEnd?: boolean;
  /** A reset of a stream that was not accepted yet is its refusal. */
  readonly resetRefuses?: boolean;
  /** The original takes the end of a session for the end of what was on it: streams that are open are reset before. */
  readonly resetsAtEnd?: boolean;
  /** A drain does not say up to which stream: what opens after it is refused one by one. */
  readonly vagueDrain?: boolean;
  /** Streams of ours that may wait for their acceptance at once; the openings of further ones wait. */
  readonly maxUnaccepted?: number;
  /**
   * The original is not exact about the states of a stream: what comes after its end, or after we reset it, is dropped and not
   * counted; what comes before its acceptance accepts it.
   */
  readonly laxEnd?: boolean;
  /** Without windows: bytes that all streams together may hold unread. With more, the transport is not read. */
  readonly sessionWindow?: number;
  /** Something must be sent this often, in milliseconds, or the original takes us for dead: `beacon` writes it. */
  readonly beaconInterval?: number;
  /** Milliseconds to hold back what is first said about a stream that the peer opened, be it data or a refusal, unless it sent data first. */
  readonly firstWriteDelay?: number;
  /** Milliseconds to hold back our end on a stream whose other direction has ended. */
  readonly lastEndDelay?: number;
  /** Milliseconds from our last word to the end of the transport, with which the original loses what its application did not take. */
  readonly farewellDelay?: number;
  /** An end of one direction ends both for the original: ours waits for the peer's. */
  readonly endAfterPeer?: boolean;
}
