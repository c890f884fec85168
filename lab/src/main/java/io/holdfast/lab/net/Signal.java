package io.holdfast.lab.net;

/** The signals that the lab sends, always to one process by its id. */
public enum Signal {
  TERM,
  KILL,
  STOP,
  CONT,
  INT;

  /** Sends this signal; false when there is no such process (any more). */
  public boolean send(long pid) {
    return Command.attempt(java.util.List.of("kill", "-" + name(), Long.toString(pid))).ok();
  }
}
