package io.holdfast.failover.pipeline;

/**
 * Who speaks. At most one channel has the word: its epoch is one more than the position of its
 * Attached record, so a later one is always greater. Owned by the pipeline.
 */
final class SpeakerState {
  /** No channel. */
  static final long NONE = 0;

  /** A speaker that says nothing for this long is dead, whatever the reason. */
  static final long SILENCE_NANOS = 1_000_000_000L;

  private long channel = NONE;
  private long epoch;
  private long attachedAt;
  private long folded;
  private long lastFoldedNanos;
  private long absentSinceNanos;
  private boolean active;
  private int pid;
  private String build = "";
  private long attachments;

  void attached(long channel, long epoch, long attachedAt, int pid, String build, long nowNanos) {
    gone(nowNanos);
    this.channel = channel;
    this.epoch = epoch;
    this.attachedAt = attachedAt;
    this.pid = pid;
    this.build = build;
    this.folded = 0;
    this.active = false;
    this.lastFoldedNanos = nowNanos;
    attachments++;
  }

  /** It has folded this far; {@code says} is its own word that it has folded its own record. */
  void folded(long position, boolean says, long nowNanos) {
    folded = position;
    lastFoldedNanos = nowNanos;
    if (says) {
      active = true;
    }
  }

  /** It is gone, or treated so. The epoch stays: nothing of it is taken any more. */
  void gone(long nowNanos) {
    if (channel != NONE && active) {
      absentSinceNanos = nowNanos;
    }
    channel = NONE;
    active = false;
  }

  /** Nobody speaks yet; the last one of an earlier failoverd had this epoch. */
  void startedAt(long nowNanos, long lastEpoch) {
    absentSinceNanos = nowNanos;
    epoch = lastEpoch;
  }

  /** We ourselves were not running: its silence says nothing. */
  void forgiveSilence(long nowNanos) {
    lastFoldedNanos = nowNanos;
  }

  boolean isSilent(long nowNanos) {
    return channel != NONE && nowNanos - lastFoldedNanos > SILENCE_NANOS;
  }

  long channel() {
    return channel;
  }

  boolean hasTheWord(long channel) {
    return channel != NONE && channel == this.channel;
  }

  /** It has folded its past and speaks for itself: no stand-in. */
  boolean isActive() {
    return active;
  }

  long epoch() {
    return epoch;
  }

  long attachedAt() {
    return attachedAt;
  }

  long folded() {
    return folded;
  }

  int pid() {
    return pid;
  }

  String build() {
    return build;
  }

  /** When the last active speaker was lost. */
  long absentSinceNanos() {
    return absentSinceNanos;
  }

  /** How many attached since the start. */
  long attachments() {
    return attachments;
  }
}
