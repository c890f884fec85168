package io.holdfast.lab.net;

/**
 * A cable between two namespaces: a veth pair, one end in each. It goes when either namespace goes.
 */
public final class Veth {
  private final End left;
  private final End right;

  /**
   * One end of a cable.
   *
   * @param namespace where it is
   * @param device the interface's name there
   */
  public record End(Namespace namespace, String device) {

    /**
     * Limits what leaves by this end.
     *
     * @param rate as {@code tc} writes it, for example {@code 1gbit}
     */
    public void shape(String rate) {
      Command.run(
          "ip",
          "netns",
          "exec",
          namespace.name(),
          "tc",
          "qdisc",
          "replace",
          "dev",
          device,
          "root",
          "tbf",
          "rate",
          rate,
          "burst",
          "256k",
          "latency",
          "20ms");
    }

    /** Takes the limit away. */
    public void unshape() {
      namespace.attempt("tc", "qdisc", "delete", "dev", device, "root");
    }

    /** Pulls the plug, or puts it back. */
    public void up(boolean up) {
      Command.run("ip", "-n", namespace.name(), "link", "set", device, up ? "up" : "down");
    }
  }

  private Veth(End left, End right) {
    this.left = left;
    this.right = right;
  }

  /** Lays a cable; both ends are up, without an address. */
  public static Veth between(Namespace a, String deviceInA, Namespace b, String deviceInB) {
    Command.run(
        "ip", "link", "add", deviceInA, "netns", a.name(), "type", "veth", "peer", "name",
        deviceInB, "netns", b.name());
    Veth veth = new Veth(new End(a, deviceInA), new End(b, deviceInB));
    veth.left.up(true);
    veth.right.up(true);
    return veth;
  }

  /** The end in the first namespace. */
  public End left() {
    return left;
  }

  /** The end in the second namespace. */
  public End right() {
    return right;
  }
}
