package io.holdfast.logstore.replication;

import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.entity.PeerId;
import io.holdfast.logstore.log.SharedLog;
import io.holdfast.logstore.rpc.MemberAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes of the group by its leader, through the engine's joint consensus. */
final class GroupMembership implements Membership {
  private static final Logger LOG = LoggerFactory.getLogger(GroupMembership.class);

  /** How long a member that is to be added is waited for. */
  private static final Duration REACH = Duration.ofSeconds(5);

  private static final Duration REACH_AGAIN = Duration.ofMillis(20);

  private final Member member;

  /** The members that each change under way leads to; the engine refuses all but one. */
  private final List<List<String>> underWay = new CopyOnWriteArrayList<>();

  GroupMembership(Member member) {
    this.member = member;
  }

  @Override
  public List<String> members() {
    return member.engine().configured();
  }

  @Override
  public CompletableFuture<Void> add(MemberAddress added) {
    return change("add " + added.id(), to -> to.addPeer(Engine.peer(added)));
  }

  @Override
  public CompletableFuture<Void> remove(String hostPort) {
    return change("remove " + hostPort, to -> removeFrom(to, hostPort));
  }

  @Override
  public CompletableFuture<Void> replace(String hostPort, MemberAddress by) {
    return change(
        "replace " + hostPort + " by " + by.id(),
        to -> {
          removeFrom(to, hostPort);
          to.addPeer(Engine.peer(by));
        });
  }

  private static void removeFrom(Configuration group, String hostPort) throws IOException {
    if (!group.removePeer(Engine.peer(hostPort))) {
      throw new IOException(hostPort + " is no member; the members are " + group);
    }
  }

  private interface Change {
    void make(Configuration group) throws IOException;
  }

  private CompletableFuture<Void> change(String what, Change change) {
    Node node = member.engine().node();
    if (!member.leading()) {
      return CompletableFuture.failedFuture(new SharedLog.NotLeaderException(member.leader()));
    }
    try {
      Configuration group = new Configuration(node.listPeers());
      change.make(group);
      if (group.isEmpty()) {
        throw new IOException("a log without members");
      }
      if (member.transport() == null) {
        throw new IOException(
            "this log is on one machine without a network: give it members in the configuration");
      }
      awaitReached(group);
      member.sequencer().shareWriting(member::durable);
      LOG.info("{}: the members become {}", what, group);
      return make(what, node, group);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    } catch (IllegalStateException e) {
      return CompletableFuture.failedFuture(new IOException(e.getMessage(), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CompletableFuture.failedFuture(new IOException("interrupted", e));
    }
  }

  /** The engine gives a member that it cannot connect to at once no time. */
  private void awaitReached(Configuration group) throws IOException, InterruptedException {
    List<String> before = member.engine().configured();
    long deadline = System.nanoTime() + REACH.toNanos();
    for (PeerId peer : group.listPeers()) {
      boolean known = before.contains(peer.toString());
      while (!known && !member.engine().reach(peer)) {
        if (System.nanoTime() - deadline > 0) {
          throw new IOException(
              "%s cannot be reached: start it first, with this log's members and an authority in common"
                  .formatted(peer));
        }
        Thread.sleep(REACH_AGAIN);
      }
    }
  }

  /** The members are noted before: from then on this one is not to be trusted alone. */
  private CompletableFuture<Void> make(String what, Node node, Configuration group)
      throws IOException {
    List<String> becoming = group.listPeers().stream().map(PeerId::toString).toList();
    CompletableFuture<Void> done = new CompletableFuture<>();
    var _ = done.whenComplete((_, _) -> underWay.remove(becoming));
    underWay.add(becoming);
    try {
      member.noteMembers();
      node.changePeers(group, status -> finish(what, status, done));
    } catch (IOException | RuntimeException e) {
      done.completeExceptionally(e);
      throw e;
    }
    return done;
  }

  /** The members, and those that a change under way would add. */
  Set<String> present() {
    Set<String> all = new TreeSet<>(members());
    underWay.forEach(all::addAll);
    return all;
  }

  private static void finish(String what, Status status, CompletableFuture<Void> done) {
    if (status.isOk()) {
      LOG.info("{}: done", what);
      done.complete(null);
    } else {
      done.completeExceptionally(new IOException(what + ": " + status.getErrorMsg()));
    }
  }

  @Override
  public CompletableFuture<Void> forceLeader(List<String> survivors) {
    try {
      Configuration group = new Configuration();
      for (String survivor : survivors) {
        group.addPeer(Engine.peer(survivor));
      }
      PeerId self = Engine.peer(member.engine().address());
      if (!group.contains(self)) {
        throw new IOException(self + " is not among the survivors");
      }
      LOG.warn("by hand: the members are {} from now on, whatever the others had", group);
      member.guard().open();
      member.folder().trusted();
      Status status = member.engine().node().resetPeers(group);
      if (!status.isOk()) {
        throw new IOException(status.getErrorMsg());
      }
      return CompletableFuture.completedFuture(null);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
