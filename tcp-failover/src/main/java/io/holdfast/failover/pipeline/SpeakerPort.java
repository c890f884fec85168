package io.holdfast.failover.pipeline;

/** What the pipeline says to speakers. None of these waits for anything. */
public interface SpeakerPort {
  void welcome(long channel, long epoch, long replayStart, long attachedAt);

  /** It may send on this connection up to this offset. */
  void credit(long channel, long connection, long offset);

  void connectFailed(long channel, long request, String reason);

  void refuse(long channel, String reason);

  /** Nothing of this channel is taken any more. */
  void fence(long channel, String reason);

  /** The log is committed up to here; deliveries go on. */
  void committed(long position);
}
