package io.holdfast.failover.pipeline;

/** What can happen; a line each, with who says it. */
enum EventType {
  /** io: a segment of ours in the OUTPUT queue, or a peer's SYN in the PREROUTING queue. */
  SEGMENT,
  /** io: bytes that our TCP has accepted. */
  READ,
  /** io: the peer ended its direction. */
  PEER_FIN,
  /** io: the socket failed; the number is the errno. */
  SOCKET_ERROR,
  /** io: a listener gave a socket. */
  ACCEPTED,
  /** io: a socket of ours was told to connect; its SYN is on its way to the queue. */
  CONNECTING,
  /** io: that attempt ended; errno 0 is success. */
  CONNECTED,
  /** io: a socket that was full has room. */
  ROOM,
  /** io: the socket of a connection that is over is closed; no segment of it will come any more. */
  DEPARTED,
  /**
   * restore: a connection of an earlier failoverd has its socket; the number is what is
   * acknowledged.
   */
  RESTORED,
  /** restore: a connection of an earlier failoverd can't have one; the errno says why. */
  LOST,
  /** io: time passes, about every 100 ms. */
  TICK,
  /** log: the commit position moved by itself. */
  COMMITTED,
  /** north: the speaker's frames. */
  HELLO,
  REGISTER,
  ATTACH,
  FOLDED,
  OUTPUT,
  CONNECT,
  CLOSE,
  ARM,
  NOTE,
  SPEAKER_GONE,
  /** anybody: a question or a command that must run on the pipeline's thread. */
  RUN
}
