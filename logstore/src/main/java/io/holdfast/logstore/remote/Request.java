package io.holdfast.logstore.remote;

/** What an owner asks of a member. */
sealed interface Request {

  MessageType type();

  /**
   * OPEN, and RESUME where {@code resume} is an epoch.
   *
   * @param instance random number of the owner's backend: the same in all its attempts
   * @param attempt grows with each attempt of this instance; what is older than one that was seen
   *     is a straggler from a lost connection, and refused
   * @param resume epoch of the turn to go on with, 0 for a new one
   * @param owner name for messages, at most 63 characters
   */
  record Open(long instance, long attempt, long resume, String owner) implements Request {
    @Override
    public MessageType type() {
      return resume == 0 ? MessageType.OPEN : MessageType.RESUME;
    }
  }

  /**
   * Whole, intact records: {@code length} bytes of the array from {@link
   * io.holdfast.logstore.log.LogBackend#PREFIX} on.
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  record Append(long epoch, long position, byte[] batch, int length) implements Request {
    @Override
    public MessageType type() {
      return MessageType.APPEND;
    }
  }

  /**
   * Committed records from a position on.
   *
   * @param most bytes, 1 to {@link ServiceCodec#MOST_READ}; a single record that is longer comes
   *     whole
   */
  record Read(long position, int most) implements Request {
    @Override
    public MessageType type() {
      return MessageType.READ;
    }
  }

  /** Records before this position may go. */
  record Trim(long epoch, long position) implements Request {
    @Override
    public MessageType type() {
      return MessageType.TRIM;
    }
  }

  /** Open streams whose key is larger than {@code after}; {@code limit} 0 asks for their number. */
  record StreamPage(long after, int limit) implements Request {
    @Override
    public MessageType type() {
      return MessageType.STREAMS;
    }
  }

  /** The open stream of an end point of at most 255 bytes. */
  @SuppressWarnings("ArrayRecordComponent") // opaque bytes, never compared
  record StreamByEndpoint(byte[] endpoint) implements Request {
    @Override
    public MessageType type() {
      return MessageType.STREAMS;
    }
  }

  /** The open stream of a key. */
  record StreamByKey(long key) implements Request {
    @Override
    public MessageType type() {
      return MessageType.STREAMS;
    }
  }

  /** Figures and members. */
  record Statistics() implements Request {
    @Override
    public MessageType type() {
      return MessageType.STATISTICS;
    }
  }

  /**
   * Answered when the state is no longer the one that is known, the log is committed beyond a
   * position, the turn is over, or the time is up.
   *
   * @param epoch of the owner that asks, 0 for none
   * @param known number of the state that the last answer told, 0 for none
   * @param beyond position, {@link Long#MAX_VALUE} to be told of states alone
   * @param waitMillis 0 to {@link ServiceCodec#LONGEST_WAIT_MILLIS}
   */
  record Watch(long epoch, long known, long beyond, int waitMillis) implements Request {
    @Override
    public MessageType type() {
      return MessageType.WATCH;
    }
  }
}
