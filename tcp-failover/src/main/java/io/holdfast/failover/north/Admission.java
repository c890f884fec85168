package io.holdfast.failover.north;

/**
 * Who may open the north channel. Called on the event loop, once for each process that connects.
 */
@FunctionalInterface
public interface Admission {

  /**
   * Whether a process may speak.
   *
   * @param uid the peer's effective user, as the kernel gives it (SO_PEERCRED)
   * @param gid its effective group
   */
  boolean admits(int uid, int gid);

  /** Root, the user that this process runs as, and the members of the group {@code holdfast}. */
  static Admission standard() {
    return GroupAdmission.standard();
  }
}
