package io.holdfast.logstore.replication;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.log.SharedLog;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The member of this process as the backend of the owner in this process. */
final class MemberBackend implements LogBackend {
  private static final Logger LOG = LoggerFactory.getLogger(MemberBackend.class);
  private static final long LOOK_MILLIS = 5;
  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Member member;
  private final Duration patience;
  private volatile @Nullable Listener listener;
  private volatile long epoch;

  MemberBackend(Member member, Duration patience) {
    this.member = member;
    this.patience = patience;
  }

  @Override
  public Grant open(String owner, Listener ears) throws IOException {
    awaitLead();
    Grant grant;
    try {
      grant = member.open(owner, 0).get(Math.max(1, patience.toMillis()), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the log was opened", e);
    } catch (TimeoutException e) {
      throw new IOException("the log did not commit within " + patience.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
    epoch = grant.epoch();
    listener = ears;
    member
        .memberStatus()
        .listen(
            (status, reason) -> {
              // Well is only who leads: a follower takes nothing of ours.
              if (status != Log.Status.OK || member.leading()) {
                ears.status(status, reason);
              }
            });
    member.listen(new FromMember(ears));
    if (member.status() != Log.Status.OK) {
      ears.status(member.status(), member.reason());
    }
    return grant;
  }

  private void awaitLead() throws IOException {
    long begun = System.nanoTime();
    long said = begun;
    while (!member.leading()) {
      long now = System.nanoTime();
      if (now - begun > patience.toNanos()) {
        throw new IOException(
            "this member of the log does not lead after %d s: %s"
                .formatted(patience.toSeconds(), why()));
      }
      if (now - said > PROGRESS_NANOS) {
        said = now;
        LOG.info("waits to lead the log: {}", why());
      }
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while it waited to lead the log", e);
      }
    }
  }

  private String why() {
    String leader = member.leader();
    if (member.status() == Log.Status.FAILED) {
      return member.reason();
    }
    return leader.isEmpty() ? "there is no leader yet" : leader + " leads";
  }

  /** What happens after the log was opened. */
  private final class FromMember implements Member.MemberListener {
    private final Listener ears;

    FromMember(Listener ears) {
      this.ears = ears;
    }

    @Override
    public void committed(long position) {
      ears.committed(position);
    }

    @Override
    public void leads(long position, long ownerEpoch) {
      if (ownerEpoch == epoch) {
        ears.status(member.status(), "this member leads the log again");
        ears.committed(position);
        ears.resumed(position);
      } else {
        owner(ownerEpoch, member.machine().ownerName());
      }
    }

    @Override
    public void follows() {
      ears.status(Log.Status.OTHER_ERROR, "this member does not lead the log any more");
    }

    @Override
    public void owner(long later, String name) {
      if (later > epoch) {
        ears.expired("the log has another owner by now: " + name + ", of epoch " + later);
      }
    }
  }

  @Override
  public boolean submit(long position, byte[] batch, int length) {
    try {
      return member.submit(epoch, position, batch, length);
    } catch (SharedLog.ExpiredException e) {
      Listener ears = listener;
      if (ears != null) {
        ears.expired(String.valueOf(e.getMessage()));
      }
      return false;
    }
  }

  @Override
  public LogReader reader(long position) throws IOException {
    return member.reader(position);
  }

  @Override
  public long first() {
    return member.first();
  }

  @Override
  public void trim(long position) {
    var _ = member.trim(epoch, position);
  }

  @Override
  public Streams streams() {
    return member.streams();
  }

  @Override
  public LogStatistics statistics() {
    return member.statistics();
  }

  @Override
  public void close() {
    member.close();
  }
}
