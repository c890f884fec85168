package io.holdfast.bgp.fsm;

/**
 * Which of two connections to one peer lives (RFC 4271 section 6.8, RFC 6286 section 2.3), decided
 * when an OPEN has come on the newer one.
 */
public final class Collision {

  /** What becomes of the two. */
  public enum Verdict {
    /** The other one is not far enough to know; it is looked at again when its OPEN comes. */
    KEEP_BOTH,
    /** The one that was there already goes. */
    CLOSE_EXISTING,
    /** The one on which the OPEN came goes. */
    CLOSE_NEWER
  }

  /**
   * One side of the comparison.
   *
   * @param identifier BGP identifier, unsigned
   * @param as autonomous system, unsigned
   */
  public record Speaker(int identifier, long as) {
    boolean above(Speaker other) {
      int byIdentifier = Integer.compareUnsigned(identifier, other.identifier);
      return byIdentifier != 0 ? byIdentifier > 0 : Long.compareUnsigned(as, other.as) > 0;
    }
  }

  private Collision() {}

  /**
   * The verdict on two connections.
   *
   * @param existing state of the connection on which no OPEN has just come
   * @param existingIsOurs whether we opened that one
   * @param newerIsOurs whether we opened the one on which the OPEN came
   */
  public static Verdict between(
      Speaker local,
      Speaker remote,
      SessionState existing,
      boolean existingIsOurs,
      boolean newerIsOurs) {
    return switch (existing) {
      case IDLE, CONNECT, ACTIVE, OPEN_SENT -> Verdict.KEEP_BOTH;
      case ESTABLISHED -> Verdict.CLOSE_NEWER;
      case OPEN_CONFIRM -> {
        if (existingIsOurs == newerIsOurs) {
          // Both from the same side: the peer that opens a second one has forgotten the first.
          yield Verdict.CLOSE_EXISTING;
        }
        boolean oursLives = local.above(remote);
        yield oursLives == newerIsOurs ? Verdict.CLOSE_EXISTING : Verdict.CLOSE_NEWER;
      }
    };
  }
}
