package io.holdfast.bgp.fsm;

/** The six states of RFC 4271 section 8.2.2. */
public enum SessionState {
  IDLE("Idle"),
  CONNECT("Connect"),
  ACTIVE("Active"),
  OPEN_SENT("OpenSent"),
  OPEN_CONFIRM("OpenConfirm"),
  ESTABLISHED("Established");

  private final String text;

  SessionState(String text) {
    this.text = text;
  }

  /** The RFC's name, as operators know it. */
  public String text() {
    return text;
  }

  /** Whether this state has a TCP connection of its own. */
  public boolean connected() {
    return compareTo(OPEN_SENT) >= 0;
  }
}
