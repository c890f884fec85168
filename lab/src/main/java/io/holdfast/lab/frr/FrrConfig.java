package io.holdfast.lab.frr;

import java.util.List;

/**
 * What an FRR router is told at its start.
 *
 * @param as its AS number
 * @param routerId its router id
 * @param neighbors whom it talks to
 * @param holdSeconds the hold time, of which the keepalive interval is a third
 * @param connectSeconds how long it waits between two attempts to connect
 */
public record FrrConfig(
    long as, String routerId, List<Neighbor> neighbors, int holdSeconds, int connectSeconds) {

  /**
   * One neighbour.
   *
   * @param address its address
   * @param as its AS number
   * @param passive whether FRR only waits for it
   */
  public record Neighbor(String address, long as, boolean passive) {}

  /** How many sets of attributes {@link FrrRouter#announce} can choose from. */
  public static final int ATTRIBUTE_SETS = 8;

  /** Hold time 9 s, keepalive 3 s, connect retry 1 s, one neighbour. */
  public static FrrConfig of(long as, String routerId, String neighbor, long neighborAs) {
    return new FrrConfig(as, routerId, List.of(new Neighbor(neighbor, neighborAs, false)), 9, 1);
  }

  /** The same with another hold time. */
  public FrrConfig withHold(int seconds) {
    return new FrrConfig(as, routerId, neighbors, seconds, connectSeconds);
  }

  /** The configuration file. */
  String text() {
    StringBuilder out = new StringBuilder();
    out.append("hostname frr-%d%n".formatted(as));
    out.append("router bgp %d%n bgp router-id %s%n".formatted(as, routerId));
    out.append(" no bgp ebgp-requires-policy\n no bgp network import-check\n");
    out.append(" no bgp default ipv4-unicast\n bgp log-neighbor-changes\n");
    for (Neighbor neighbor : neighbors) {
      String head = " neighbor " + neighbor.address();
      out.append("%s remote-as %d%n".formatted(head, neighbor.as()));
      out.append("%s timers %d %d%n".formatted(head, Math.max(1, holdSeconds / 3), holdSeconds));
      out.append("%s timers connect %d%n".formatted(head, connectSeconds));
      out.append("%s advertisement-interval 0%n".formatted(head));
      if (neighbor.passive()) {
        out.append("%s passive%n".formatted(head));
      }
    }
    out.append(" address-family ipv4 unicast\n");
    for (Neighbor neighbor : neighbors) {
      out.append("  neighbor %s activate%n".formatted(neighbor.address()));
      out.append("  neighbor %s soft-reconfiguration inbound%n".formatted(neighbor.address()));
    }
    out.append(" exit-address-family\n!\n");
    for (int set = 1; set < ATTRIBUTE_SETS; set++) {
      out.append("route-map %s permit 10%n".formatted(routeMap(set)));
      out.append(" set as-path prepend%s%n".formatted((" " + as).repeat(set % 4 + 1)));
      out.append(" set community %d:%d%n".formatted(as & 0xffff, set));
      out.append(" set origin %s%n!%n".formatted(set % 2 == 0 ? "igp" : "incomplete"));
    }
    return out.toString();
  }

  /** The name of the route map that gives a set of attributes. */
  static String routeMap(int set) {
    return "attributes-" + set;
  }

  /**
   * The AS_PATH that a neighbour's neighbour sees for a set, without the AS of the router between.
   */
  public String path(int set) {
    int times = set == 0 ? 1 : set % 4 + 2;
    return (" " + as).repeat(times).strip();
  }

  /** The ORIGIN of a set, as {@link RouteView#origin} has it. */
  public String origin(int set) {
    return set == 0 || set % 2 == 0 ? "IGP" : "incomplete";
  }
}
