package io.holdfast.failover.pipeline;

/** Told, on the pipeline's thread, of the speaker's life. Must not block. */
public interface SpeakerWatch {
  /** It has folded its past and speaks for itself. */
  void active(int pid);

  /** It fell silent and was fenced; it may still be a process. */
  void silent(int pid);

  /** Its channel is gone. */
  void gone(int pid);
}
