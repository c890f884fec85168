package io.holdfast.logstore.replication;

import io.holdfast.logstore.rpc.HelloHandler;
import io.holdfast.logstore.rpc.MemberAddress;
import io.holdfast.logstore.rpc.PeerIdentity;
import io.holdfast.logstore.rpc.RefusedException;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * What members tell one another before anything else: who they are, and how much their disk is
 * worth. An owner of the log that is no member says something else, and is told no more than what
 * our hello says. On event loops.
 */
final class MemberHello implements HelloHandler {
  private final Identity identity;
  private final List<MemberAddress> members;
  private final VoteGuard guard;
  private final Map<String, Identity.Hello> heard = new ConcurrentHashMap<>();

  /** Gone with their connections. */
  private final Set<PeerIdentity> memberConnections =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private volatile LongSupplier term;
  private final LongSupplier last;

  /**
   * @param term as far as it is known before there is an engine
   * @param last index of the last entry stored
   */
  MemberHello(
      Identity identity,
      List<MemberAddress> members,
      VoteGuard guard,
      LongSupplier term,
      LongSupplier last) {
    this.identity = identity;
    this.members = List.copyOf(members);
    this.guard = guard;
    this.term = term;
    this.last = last;
  }

  /** Where the present term is asked for, once there is an engine. */
  void term(LongSupplier value) {
    term = value;
  }

  /** Whether who is at the other end of this connection has shown that it is a member. */
  boolean isMember(PeerIdentity peer) {
    return memberConnections.contains(peer);
  }

  /** What each other member said last in this start of ours, by id. */
  Map<String, Identity.Hello> heard() {
    return heard;
  }

  @Override
  public byte[] ours(String to) {
    return identity.hello(term.getAsLong(), last.getAsLong());
  }

  @Override
  public void theirs(PeerIdentity peer, byte[] bytes) throws RefusedException {
    Identity.Hello hello = Identity.hello(bytes);
    if (hello == null) {
      return;
    }
    for (MemberAddress member : members) {
      if (member.id().equals(hello.id()) && !peer.carries(member.host())) {
        throw new RefusedException(
            "the certificate (%s) is not that of member %s at %s"
                .formatted(String.join(", ", peer.certificateNames()), member.id(), member.host()));
      }
    }
    String refusal;
    try {
      if (heard.size() >= Identity.MOST_PEERS && !heard.containsKey(hello.id())) {
        refusal = "too many members have said who they are";
      } else {
        refusal = identity.hear(hello);
      }
    } catch (IOException e) {
      refusal = "cannot note it: " + e.getMessage();
    }
    if (refusal != null) {
      throw new RefusedException(refusal);
    }
    memberConnections.add(peer);
    heard.put(hello.id(), hello);
    if (hello.state() == Identity.State.MEMBER) { // another may have lost as much as this one
      guard.heard(hello.id(), hello.term(), hello.last());
    }
  }
}
