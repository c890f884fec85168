package io.holdfast.logstore.replication;

import io.holdfast.logstore.rpc.MemberAddress;
import io.holdfast.logstore.rpc.ServiceChannel;
import io.holdfast.logstore.rpc.ServiceListener;
import io.holdfast.logstore.rpc.Transport;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a member of several begins: whether its disk may be trusted. An empty disk is either that of
 * a group that begins, or of a member that is new in one, or that of a member that lost it; only
 * the other members know.
 */
final class Beginning {
  private static final Logger LOG = LoggerFactory.getLogger(Beginning.class);
  private static final Duration DIAL = Duration.ofMillis(500);
  private static final long ASK_SECONDS = 6;
  private static final long PAUSE_MILLIS = 100;
  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** What to begin with. */
  enum Mode {
    /** With what is on the disk, and the configured members where nothing is. */
    TRUSTED,
    /** Without members: it is told who they are by their leader. */
    JOINING,
    /** As joining, without a vote until it has all again. */
    REBUILDING
  }

  private final Identity identity;
  private final MemberHello hello;
  private final Transport transport;
  private final List<MemberAddress> others = new ArrayList<>();

  Beginning(
      Identity identity,
      MemberHello hello,
      Transport transport,
      MemberAddress self,
      List<MemberAddress> members) {
    this.identity = identity;
    this.hello = hello;
    this.transport = transport;
    for (MemberAddress member : members) {
      if (!member.id().equals(self.id())) {
        others.add(member);
      }
    }
  }

  /** Ids of the other members. */
  Set<String> others() {
    Set<String> ids = new HashSet<>();
    others.forEach(member -> ids.add(member.id()));
    return ids;
  }

  /** For a disk on which nothing is: asks the others, as long as it takes. */
  Mode ask() throws IOException {
    long said = System.nanoTime();
    while (true) {
      dialAll();
      Map<String, Identity.Hello> heard = hello.heard();
      Mode mode = judge(heard);
      if (mode != null) {
        return mode;
      }
      if (System.nanoTime() - said > PROGRESS_NANOS) {
        said = System.nanoTime();
        Set<String> missing = others();
        missing.removeAll(heard.keySet());
        LOG.info(
            "an empty folder: waits for a word of {} (a group begins when all its members are"
                + " there)",
            String.join(", ", missing));
      }
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while the other members were asked", e);
      }
    }
  }

  private @Nullable Mode judge(Map<String, Identity.Hello> heard) {
    boolean formed = false;
    String id = identity.id();
    for (Identity.Hello each : heard.values()) {
      Identity.Start remembered = each.peers().get(id);
      if (remembered != null && !remembered.stamp().equals(identity.start().stamp())) {
        return Mode.REBUILDING;
      }
      formed |= each.state() != Identity.State.NEW && each.term() > 0;
    }
    if (formed) {
      return Mode.JOINING;
    }
    return heard.keySet().containsAll(others()) ? Mode.TRUSTED : null;
  }

  /** Exchanges a hello with every other member that can be reached. */
  void dialAll() {
    List<CompletableFuture<ServiceChannel>> dials = new ArrayList<>();
    for (MemberAddress other : others) {
      dials.add(transport.connect(other.host(), other.port(), DIAL, new Deaf()));
    }
    for (CompletableFuture<ServiceChannel> dial : dials) {
      try {
        dial.get(ASK_SECONDS, TimeUnit.SECONDS).close();
      } catch (ExecutionException | TimeoutException e) {
        LOG.debug("a member does not answer: {}", e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Begins to exchange a hello with these. Who was away when this member began, and came back, need
   * have nothing to say to it.
   */
  void dial(Set<String> ids) {
    for (MemberAddress other : others) {
      if (ids.contains(other.id())) {
        var _ =
            transport
                .connect(other.host(), other.port(), DIAL, new Deaf())
                .whenComplete(
                    (channel, error) -> {
                      if (error == null) {
                        channel.close();
                      } else {
                        LOG.debug("{} does not answer: {}", other.id(), error.getMessage());
                      }
                    });
      }
    }
  }

  /** The hello is all that is wanted. */
  private static final class Deaf implements ServiceListener {
    @Override
    public void pushed(int type, ByteBuf body) {
      // nobody asked
    }

    @Override
    public void closed() {
      // it was closed by us
    }
  }
}
