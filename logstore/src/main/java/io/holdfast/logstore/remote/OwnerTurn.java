package io.holdfast.logstore.remote;

import io.holdfast.logstore.config.HostPort;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogBackend;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An owner's turn, as its client sees it: finds the leader, begins the turn, and goes on with it
 * elsewhere when the connection or the leader is lost. What is appended, read and trimmed where it
 * is belongs to {@link Appending}, {@link Fetching} and {@link Trimming}. All state is of one
 * thread, {@code log-client}, which also tells the listener; what others read is volatile.
 *
 * <pre>
 *   SEARCHING --granted--&gt; READY --lost, or not where the log ends--&gt; SEARCHING
 *   any --another owner, or a log that is not the one that was left--&gt; EXPIRED
 * </pre>
 */
final class OwnerTurn implements Seat, Link.User {
  private static final Duration OPEN = Duration.ofSeconds(3);
  private static final Duration QUESTION = Duration.ofSeconds(10);

  /** How long a member lets a WATCH wait; one whose answer is a second late is gone. */
  private static final int WATCH_MILLIS = 250;

  private static final Duration WATCH = Duration.ofMillis(WATCH_MILLIS + 1_000);
  private static final Logger LOG = LoggerFactory.getLogger(OwnerTurn.class);

  private final Dialer dialer;
  private final List<HostPort> servers;
  private final Search search;
  private final String owner;
  private final LogBackend.Listener listener;
  private final ClientThread thread = new ClientThread();
  private final Hearsay hearsay = new Hearsay();
  private final Caller caller = new Caller(thread);
  private final Lookout lookout;
  private final Appending appending;
  private final Trimming trimming;
  private final Fetching fetching;
  private final CompletableFuture<LogBackend.Grant> granted = new CompletableFuture<>();
  private final long instance = ThreadLocalRandom.current().nextLong();

  private @Nullable Link link;

  /** What the server that we are at calls itself. */
  private @Nullable HostPort named;

  private long attempts;
  private long epoch;

  /** How many stands there were. */
  private int stands;

  /** EXPIRED or closed. */
  private boolean ended;

  private Log.Status told = Log.Status.OK;

  /** Not null when READY. */
  private volatile @Nullable Stand stand;

  private volatile String reasons = "no answer yet";

  OwnerTurn(Dialer dialer, List<HostPort> servers, String owner, LogBackend.Listener listener) {
    this.dialer = dialer;
    this.servers = List.copyOf(servers);
    this.search = new Search(servers);
    this.lookout = new Lookout(dialer, thread, caller, this::heardOf);
    this.owner = owner;
    this.listener = listener;
    this.appending = new Appending(thread, caller, this, listener);
    this.trimming = new Trimming(thread, caller, this);
    this.fetching = new Fetching(thread, caller, this, listener, appending, trimming);
  }

  /** Begins; completes with the grant, however long that takes. */
  CompletableFuture<LogBackend.Grant> begin() {
    var _ = thread.execute(() -> next(search.begin(Optional.empty())));
    return granted;
  }

  // Finding the leader

  private void next(Search.Step step) {
    Link open = step.pause().isZero() ? lookout.take(step.server(), this) : null;
    if (open != null && open.wire() != null) {
      link = open;
      up(open, open.wire());
      return;
    }
    Link to = new Link(step.server(), this);
    link = to;
    if (step.pause().isZero()) {
      to.dial(dialer, thread);
    } else {
      tell(Log.Status.OTHER_ERROR, "no member of the log takes us: " + search.reasons());
      thread.later(step.pause(), () -> dialAgain(to));
    }
  }

  private void dialAgain(Link to) {
    if (to.equals(link)) {
      next(new Search.Step(to.server(), Duration.ZERO));
    }
  }

  @Override
  public void up(Link on, Dialer.Wire wire) {
    askForTurn(on, wire);
  }

  /** A server says who leads: if it is not where we are, we go there. */
  private void heardOf(HostPort leader) {
    Link now = link;
    if (now == null || ended) {
      return;
    }
    boolean there = leader.equals(now.server()) || leader.equals(named);
    if ((there && now.wire() != null) || !hearsay.admit(System.nanoTime())) {
      return;
    }
    if (stand != null) {
      LOG.info("the log at {} is left: {} leads", now.server(), leader);
    }
    leave(now, false);
    next(search.begin(Optional.of(leader)));
  }

  /** On a new connection, or on one where an append did not meet the end of the log. */
  private void askForTurn(Link on, Dialer.Wire wire) {
    stand = null;
    attempts++;
    caller.call(
        wire,
        new Request.Open(instance, attempts, epoch, owner),
        OPEN,
        (answer, why) -> {
          if (!on.equals(link)) {
            return;
          }
          if (answer instanceof Answer.Granted grant) {
            granted(on, wire, grant);
          } else if (answer instanceof Answer.Failure no) {
            refused(on, no);
          } else {
            over(on, why);
          }
        });
  }

  private void granted(Link on, Dialer.Wire wire, Answer.Granted grant) {
    boolean beginning = epoch == 0;
    if (!beginning && !goesOn(on, grant)) {
      return;
    }
    epoch = grant.epoch();
    long position = grant.position();
    trimming.begin(grant.first());
    long before = beginning ? position : appending.committed();
    boolean more = appending.begin(position);
    stands++;
    Stand now = new Stand(stands, epoch, on, wire, System.nanoTime(), before);
    search.found();
    lookout.begin(servers, on.server());
    LOG.info(
        "{} the log at {}: epoch {}, position {}",
        beginning ? "owner of" : "going on with",
        on.server(),
        epoch,
        position);
    stand = now;
    tell(Log.Status.OK, "the log at " + on.server() + " takes records");
    if (beginning) {
      granted.complete(new LogBackend.Grant(epoch, grant.first(), position));
    } else {
      if (more) {
        listener.committed(position);
      }
      listener.resumed(position);
    }
    watch(now, 0);
    trimming.send();
    fetching.begin();
  }

  /** Whether this is the log that was left, with everything in it that was told committed. */
  private boolean goesOn(Link on, Answer.Granted grant) {
    long committed = appending.committed();
    if (grant.position() < committed) {
      expire(
          "the log at %s ends at %d, before %d, which was committed: records were lost"
              .formatted(on.server(), grant.position(), committed));
      return false;
    }
    if (grant.epoch() != epoch || grant.position() > appending.submitted()) {
      expire("the log at %s is not the one that was left".formatted(on.server()));
      return false;
    }
    return true;
  }

  @Override
  public @Nullable Stand stand() {
    return stand;
  }

  @Override
  public boolean going() {
    return !ended;
  }

  @Override
  public void astray(Stand at) {
    if (!at.equals(stand)) {
      return;
    }
    if (fruitful(at) || !search.repeated(false)) {
      askForTurn(at.link(), at.wire());
    } else {
      over(at.link(), "what it says of the end of the log does not hold");
    }
  }

  /** The connection is given up, for all that is under way on it. */
  @Override
  public void refused(Link on, Answer.Failure no) {
    if (no.reason() == Answer.Reason.EXPIRED) {
      expire(no.text());
      return;
    }
    boolean elsewhere = no.reason() == Answer.Reason.NOT_LEADER;
    String text = elsewhere ? "does not lead" : no.text();
    boolean asked = stand == null; // then nothing else is under way on it
    over(on, text, elsewhere ? HostPort.parse(no.text()) : Optional.empty(), elsewhere && asked);
  }

  @Override
  public void over(Link one, String why) {
    over(one, why, Optional.empty(), false);
  }

  /** This connection, or the attempt to get it, is at its end: another server. */
  private void over(Link one, String why, Optional<HostPort> hint, boolean keep) {
    if (!one.equals(link)) {
      return;
    }
    Stand was = stand;
    leave(one, keep);
    Search.Step step;
    if (was != null) {
      LOG.info("the log at {} is lost: {}", one.server(), why);
      step = search.lost(one.server(), why, hint, fruitful(was));
    } else {
      step = search.failed(one.server(), why, hint);
    }
    reasons = search.reasons();
    next(step);
  }

  private boolean fruitful(Stand of) {
    return of.fruitful(appending.committed(), System.nanoTime());
  }

  private void leave(Link one, boolean keep) {
    link = null;
    named = null;
    stand = null;
    if (keep) {
      lookout.left(one);
    } else {
      one.close();
      lookout.left(one.server());
    }
  }

  private void expire(String reason) {
    if (end(reason)) {
      listener.expired(reason);
    }
  }

  private boolean end(String reason) {
    if (ended) {
      return false;
    }
    ended = true;
    stand = null;
    Link now = link;
    link = null;
    if (now != null) {
      now.close();
    }
    lookout.close();
    granted.completeExceptionally(new IOException(reason));
    return true;
  }

  // Watching

  private void watch(Stand at, long known) {
    Link on = at.link();
    caller.call(
        at.wire(),
        new Request.Watch(at.epoch(), known, Long.MAX_VALUE, WATCH_MILLIS),
        WATCH,
        (answer, why) -> {
          if (!on.equals(link) || at.number() != stands) {
            return;
          }
          if (answer instanceof Answer.Watched watched) {
            trimming.atLeast(watched.first());
            if (known == 0) {
              named = HostPort.parse(watched.leader()).orElse(null);
            }
            if (stand != null) {
              tell(watched.status(), "the log at " + on.server() + because(watched));
            }
            watch(at, watched.state());
          } else if (answer instanceof Answer.Failure no) {
            refused(on, no);
          } else {
            over(on, why);
          }
        });
  }

  private static String because(Answer.Watched watched) {
    String reason = watched.reason().isEmpty() ? "is " + watched.status() : watched.reason();
    return watched.status() == Log.Status.OK ? " takes records" : ": " + reason;
  }

  private void tell(Log.Status status, String reason) {
    // Only an owner expires, and hears it otherwise.
    Log.Status now = status == Log.Status.EXPIRED ? Log.Status.OTHER_ERROR : status;
    if (now != told) {
      told = now;
      listener.status(now, reason);
    }
  }

  // Asking

  /** Asks the member that we are connected to; completes with an answer, or exceptionally. */
  CompletableFuture<Answer> ask(Request request) {
    CompletableFuture<Answer> found = new CompletableFuture<>();
    boolean runs =
        thread.execute(
            () -> {
              Stand at = stand;
              if (at == null) {
                found.completeExceptionally(
                    new IOException("the log cannot be reached: " + reasons));
                return;
              }
              caller.call(
                  at.wire(),
                  request,
                  QUESTION,
                  (answer, why) -> {
                    if (answer != null) {
                      found.complete(answer);
                    } else {
                      found.completeExceptionally(new IOException(why));
                    }
                  });
            });
    if (!runs) {
      found.completeExceptionally(new IOException("the log is closed"));
    }
    return found;
  }

  /** Why nobody has taken us so far, one line. */
  String reasons() {
    return reasons;
  }

  /** What it appends. */
  Appending appending() {
    return appending;
  }

  /** What its readers ask for. */
  Fetching fetching() {
    return fetching;
  }

  /** Where its log begins. */
  Trimming trimming() {
    return trimming;
  }

  /** Ends it; the listener hears nothing more. */
  void close() {
    var _ = thread.execute(() -> end("the log was closed"));
    thread.close();
  }
}
