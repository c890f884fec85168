package io.holdfast.logstore.replication;

import io.holdfast.logstore.rpc.MemberAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Who is a member of the log, and changes of it while it runs. Changes are made by the member that
 * leads; they complete when the change is committed, exceptionally with an IOException of one line.
 */
public interface Membership {
  /** The members as this one knows them, by host:port. */
  List<String> members();

  /**
   * Adds a member, which must be running with an empty folder; waits until it has caught up. Its
   * priority is not told here: each member's own configuration decides whether it ever leads.
   */
  CompletableFuture<Void> add(MemberAddress member);

  /** Removes the member at this host:port. */
  CompletableFuture<Void> remove(String hostPort);

  /** Puts one member in the place of another, in one step. */
  CompletableFuture<Void> replace(String hostPort, MemberAddress by);

  /**
   * Makes these members the whole group, though no majority agrees: the last resort after a loss.
   * What only the lost members had is lost, and they must never come back with their old folders.
   *
   * @param survivors by host:port, this one among them
   */
  CompletableFuture<Void> forceLeader(List<String> survivors);
}
