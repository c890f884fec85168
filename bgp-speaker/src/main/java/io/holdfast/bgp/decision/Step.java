package io.holdfast.bgp.decision;

/** The steps of the decision process, in order. */
public enum Step {
  ONLY_ROUTE("the only route"),
  LOCALLY_ORIGINATED("originated here"),
  LOCAL_PREF("a higher LOCAL_PREF"),
  AS_PATH_LENGTH("a shorter AS_PATH"),
  ORIGIN("a lower ORIGIN"),
  MED("a lower MED from the same neighbouring AS"),
  EXTERNAL("eBGP over iBGP"),
  ROUTER_ID("a lower router id"),
  PEER_ADDRESS("a lower peer address");

  private final String text;

  Step(String text) {
    this.text = text;
  }

  /** What made the winner win, as it completes "preferred for …". */
  public String text() {
    return text;
  }
}
