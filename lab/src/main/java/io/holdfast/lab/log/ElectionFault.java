package io.holdfast.lab.log;

/** What happens to the member that leads. */
public enum ElectionFault {
  /** SIGKILL; started again when another leads. */
  KILL("killed"),
  /** SIGSTOP; continued when another has committed. */
  STOP("stopped"),
  /**
   * Its cable is pulled, and put back when another has committed. The log's owner is on its side,
   * and goes on appending; another owner opens the log on the other side.
   */
  PARTITION("cut off");

  private final String participle;

  ElectionFault(String participle) {
    this.participle = participle;
  }

  /** For a sentence: the leader was …. */
  public String participle() {
    return participle;
  }
}
