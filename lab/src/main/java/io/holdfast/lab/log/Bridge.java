package io.holdfast.lab.log;

import io.holdfast.lab.net.Command;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Veth;

/** A network of machines that all hear one another: cables into one bridge. Any thread. */
final class Bridge implements AutoCloseable {
  private static final String NETWORK = "10.79.0.";
  private static final String DEVICE = "eth0";

  private final Owner owner;
  private final Namespace middle;

  Bridge(Owner owner) {
    this.owner = owner;
    this.middle = Namespace.create(owner, "bridge");
    Command.run("ip", "-n", middle.name(), "link", "add", "bridge", "type", "bridge");
    Command.run("ip", "-n", middle.name(), "link", "set", "bridge", "up");
  }

  /**
   * Adds a machine.
   *
   * @param number last part of its address, 1 to 254
   */
  Machine machine(String name, int number) {
    Namespace namespace = Namespace.create(owner, name);
    Veth cable = Veth.between(middle, "to-" + name, namespace, DEVICE);
    Command.run("ip", "-n", middle.name(), "link", "set", "to-" + name, "master", "bridge");
    namespace.address(DEVICE, NETWORK + number + "/24");
    return new Machine(name, NETWORK + number, namespace, cable.left());
  }

  @Override
  public void close() {
    middle.close();
  }

  /**
   * A machine of the network: its processes hear one another always, and others by its cable.
   *
   * @param name unique
   * @param address without a prefix length
   * @param socket where its cable ends at the bridge
   */
  record Machine(String name, String address, Namespace namespace, Veth.End socket)
      implements AutoCloseable {

    /** Pulls its cable: what is under way is lost, nobody is told. */
    void cutOff() {
      socket.up(false);
    }

    /** Puts the cable back. */
    void heal() {
      socket.up(true);
    }

    @Override
    public void close() {
      namespace.close();
    }
  }
}
