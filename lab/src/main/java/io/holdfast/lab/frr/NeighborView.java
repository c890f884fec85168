package io.holdfast.lab.frr;

/**
 * How FRR sees a session with one neighbour.
 *
 * @param address the neighbour's address
 * @param state the FSM's state, {@code Established} when all is well
 * @param connectionsEstablished how often the session was Established since FRR started
 * @param connectionsDropped how often it was lost since then
 * @param uptimeMillis since when the session is up, 0 when it is not; FRR counts whole seconds
 * @param prefixesReceived routes from this neighbour
 * @param prefixesSent routes to this neighbour
 */
public record NeighborView(
    String address,
    String state,
    int connectionsEstablished,
    int connectionsDropped,
    long uptimeMillis,
    int prefixesReceived,
    int prefixesSent) {

  /** Whether the session is Established. */
  public boolean established() {
    return state.equals("Established");
  }
}
