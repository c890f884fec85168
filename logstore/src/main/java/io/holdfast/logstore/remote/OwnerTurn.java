package io.holdfast.logstore.remote;

import io.holdfast.logstore.config.HostPort;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.segment.LogTrimmedException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An owner's turn, as its client sees it: finds the leader, begins the turn, hands appends on, and
 * goes on with the turn elsewhere when the connection or the leader is lost. All state belongs to
 * one thread, {@code log-client}, which also tells the listener; what others read is volatile.
 *
 * <pre>
 *   SEARCHING --granted--&gt; READY --lost, or not where the log ends--&gt; SEARCHING
 *   any --another owner, or a log that is not the one that was left--&gt; EXPIRED
 * </pre>
 */
final class OwnerTurn implements RemoteReader.Source, Link.User {
  /** What readers find here without asking. */
  private static final long RECENT_BYTES = 16L << 20;

  private static final Duration OPEN = Duration.ofSeconds(3);
  private static final Duration APPEND = Duration.ofSeconds(60);
  private static final Duration QUESTION = Duration.ofSeconds(10);

  /** How long a member lets a WATCH wait; one whose answer is a second late is gone. */
  private static final int WATCH_MILLIS = 250;

  private static final Duration WATCH = Duration.ofMillis(WATCH_MILLIS + 1_000);
  private static final Duration READ_AGAIN = Duration.ofMillis(20);
  private static final Logger LOG = LoggerFactory.getLogger(OwnerTurn.class);

  private enum State {
    SEARCHING,
    READY,
    EXPIRED,
    CLOSED
  }

  private final Dialer dialer;
  private final List<HostPort> servers;
  private final Search search;
  private final String owner;
  private final LogBackend.Listener listener;
  private final ClientThread thread = new ClientThread();
  private final RecentRecords recent = new RecentRecords(RECENT_BYTES);
  private final CommitTimes times = new CommitTimes();
  private final InFlight inFlight = new InFlight();
  private final Hearsay hearsay = new Hearsay();
  private final Caller caller = new Caller(thread);
  private final Lookout lookout;
  private final CompletableFuture<LogBackend.Grant> granted = new CompletableFuture<>();
  private final long instance = ThreadLocalRandom.current().nextLong();

  private State state = State.SEARCHING;
  private @Nullable Link link;

  /** What the server that we are at calls itself. */
  private @Nullable HostPort named;

  private long attempts;
  private long epoch;

  /** How often it was READY: answers to appends of an earlier time say nothing about this one. */
  private int readyTimes;

  /** Where the next batch must begin. */
  private long end;

  /** The farthest that {@link #end} ever was. */
  private long submitted;

  private boolean gapTold;
  private long trimTo;
  private Log.Status told = Log.Status.OK;
  private final Set<RemoteReader> parked = new HashSet<>();

  private volatile boolean taking;
  private volatile long committed;
  private volatile long first;
  private final AtomicLong records = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private volatile String reasons = "no answer yet";

  OwnerTurn(Dialer dialer, List<HostPort> servers, String owner, LogBackend.Listener listener) {
    this.dialer = dialer;
    this.servers = List.copyOf(servers);
    this.search = new Search(servers);
    this.lookout = new Lookout(dialer, thread, caller, this::heardOf);
    this.owner = owner;
    this.listener = listener;
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
    if (now == null || !going()) {
      return;
    }
    boolean there = leader.equals(now.server()) || leader.equals(named);
    if ((there && now.wire() != null) || !hearsay.admit(System.nanoTime())) {
      return;
    }
    if (state == State.READY) {
      LOG.info("the log at {} is left: {} leads", now.server(), leader);
    }
    leave(now, false);
    next(search.begin(Optional.of(leader)));
  }

  /** On a new connection, or on one where an append did not meet the end of the log. */
  private void askForTurn(Link on, Dialer.Wire wire) {
    state = State.SEARCHING;
    taking = false;
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
    end = grant.position();
    submitted = Math.max(submitted, end);
    recent.truncate(end);
    first = grant.first();
    gapTold = false;
    inFlight.forgetRefused();
    readyTimes++;
    state = State.READY;
    search.found();
    lookout.begin(servers, on.server());
    LOG.info(
        "{} the log at {}: epoch {}, position {}",
        beginning ? "owner of" : "going on with",
        on.server(),
        epoch,
        end);
    boolean more = end > committed;
    committed = end;
    taking = true;
    tell(Log.Status.OK, "the log at " + on.server() + " takes records");
    if (beginning) {
      granted.complete(new LogBackend.Grant(epoch, grant.first(), end));
    } else {
      if (more) {
        listener.committed(end);
      }
      listener.resumed(end);
    }
    watch(on, wire, 0);
    sendTrim();
    List<RemoteReader> waiting = List.copyOf(parked);
    parked.clear();
    waiting.forEach(RemoteReader::askAgain);
  }

  /** Whether this is the log that was left, with everything in it that was told committed. */
  private boolean goesOn(Link on, Answer.Granted grant) {
    if (grant.position() < committed) {
      expire(
          "the log at %s ends at %d, before %d, which was committed: records were lost"
              .formatted(on.server(), grant.position(), committed));
      return false;
    }
    if (grant.epoch() != epoch || grant.position() > submitted) {
      expire("the log at %s is not the one that was left".formatted(on.server()));
      return false;
    }
    return true;
  }

  /** A member said no; the connection is given up, for all that is under way on it. */
  private void refused(Link on, Answer.Failure no) {
    if (no.reason() == Answer.Reason.EXPIRED) {
      expire(no.text());
      return;
    }
    boolean elsewhere = no.reason() == Answer.Reason.NOT_LEADER;
    String text = elsewhere ? "does not lead" : no.text();
    boolean asked = state == State.SEARCHING; // then nothing else is under way on it
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
    boolean stood = state == State.READY;
    leave(one, keep);
    Search.Step step;
    if (stood) {
      LOG.info("the log at {} is lost: {}", one.server(), why);
      step = search.begin(hint);
    } else {
      step = search.failed(one.server(), why, hint);
      reasons = search.reasons();
    }
    next(step);
  }

  private void leave(Link one, boolean keep) {
    link = null;
    named = null;
    taking = false;
    state = State.SEARCHING;
    if (keep) {
      lookout.left(one);
    } else {
      one.close();
      lookout.left(one.server());
    }
  }

  private void expire(String reason) {
    if (end(State.EXPIRED, reason)) {
      listener.expired(reason);
    }
  }

  private boolean end(State last, String reason) {
    if (state == State.EXPIRED || state == State.CLOSED) {
      return false;
    }
    state = last;
    taking = false;
    Link now = link;
    link = null;
    if (now != null) {
      now.close();
    }
    lookout.close();
    granted.completeExceptionally(new IOException(reason));
    return true;
  }

  // Appending

  /** As {@link LogBackend#submit}. */
  boolean submit(long position, byte[] batch, int length) {
    if (!taking || !inFlight.enter(length)) {
      return false;
    }
    long now = System.nanoTime();
    if (!thread.execute(() -> send(position, batch, length, now))) {
      inFlight.landed(length);
      return false;
    }
    return true;
  }

  private void send(long position, byte[] batch, int length, long since) {
    Link to = link;
    if (state != State.READY || to == null || to.wire() == null || position + length <= end) {
      inFlight.landed(length); // resumed() will tell, or it is under way already
      return;
    }
    if (position != end) {
      inFlight.landed(length);
      if (!gapTold) { // the owner has not heard yet where we are
        gapTold = true;
        listener.resumed(end);
      }
      return;
    }
    gapTold = false;
    end = position + length;
    if (end > submitted) {
      submitted = end;
      bytes.addAndGet(length);
      records.addAndGet(RecordRun.count(batch, LogBackend.PREFIX, length));
    }
    recent.add(position, batch, length);
    int time = readyTimes;
    caller.call(
        to.wire(),
        new Request.Append(epoch, position, batch, length),
        APPEND,
        (answer, why) -> {
          inFlight.landed(length);
          if (answer instanceof Answer.Appended done) {
            appended(done.position(), since);
          } else if (to.equals(link) && state == State.READY && time == readyTimes) {
            notAppended(to, answer, why);
          }
          takeAgain();
        });
  }

  private void appended(long position, long since) {
    times.add(System.nanoTime() - since);
    if (position > committed && position <= submitted && going()) {
      committed = position;
      listener.committed(position);
    }
  }

  private void notAppended(Link on, @Nullable Answer answer, String why) {
    if (answer instanceof Answer.Failure no) {
      if (no.reason() == Answer.Reason.POSITION && on.wire() != null) {
        askForTurn(on, on.wire());
      } else {
        refused(on, no);
      }
    } else {
      over(on, why);
    }
  }

  /** Whoever was refused for want of room is told when half of it is free. */
  private void takeAgain() {
    if (state == State.READY && inFlight.takesAgain()) {
      listener.resumed(end);
    }
  }

  // Watching

  private void watch(Link on, Dialer.Wire wire, long known) {
    int time = readyTimes;
    caller.call(
        wire,
        new Request.Watch(epoch, known, Long.MAX_VALUE, WATCH_MILLIS),
        WATCH,
        (answer, why) -> {
          if (!on.equals(link) || time != readyTimes) {
            return;
          }
          if (answer instanceof Answer.Watched watched) {
            first = Math.max(first, watched.first());
            if (known == 0) {
              named = HostPort.parse(watched.leader()).orElse(null);
            }
            if (state == State.READY) {
              tell(watched.status(), "the log at " + on.server() + because(watched));
            }
            watch(on, wire, watched.state());
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

  // Reading, trimming, asking

  @Override
  public long committed() {
    return committed;
  }

  @Override
  public RecentRecords recent() {
    return recent;
  }

  @Override
  public void fetch(RemoteReader reader, long position, int most) {
    if (!thread.execute(() -> fetchNow(reader, position, most))) {
      reader.failed(new IOException("the log is closed"));
    }
  }

  private void fetchNow(RemoteReader reader, long position, int most) {
    Link from = link;
    if (state == State.EXPIRED || state == State.CLOSED) {
      reader.failed(new IOException("the log is not ours any more"));
      return;
    }
    if (state != State.READY || from == null || from.wire() == null) {
      parked.add(reader);
      return;
    }
    caller.call(
        from.wire(),
        new Request.Read(position, most),
        QUESTION,
        (answer, why) -> fetched(from, reader, position, answer, why));
  }

  private void fetched(
      Link from, RemoteReader reader, long position, @Nullable Answer answer, String why) {
    switch (answer) {
      case Answer.Records found when found.position() == position -> {
        if (found.length() > 0) {
          reader.arrived(position, found.records(), found.length());
          readable();
        } else { // a member that has not applied yet what the one before it had committed
          thread.later(READ_AGAIN, reader::askAgain);
        }
      }
      case Answer.Failure no when no.reason() == Answer.Reason.TRIMMED -> {
        first = Math.max(first, no.value());
        reader.failed(new LogTrimmedException(position, no.value()));
        readable();
      }
      case Answer.Failure no when no.reason() == Answer.Reason.BUSY ->
          thread.later(READ_AGAIN, reader::askAgain);
      case Answer.Failure no -> {
        reader.failed(new IOException("the log at " + from.server() + ": " + no.text()));
        readable();
      }
      case null, default -> {
        over(from, why.isEmpty() ? "an answer to something else" : why);
        fetchAgain(reader);
      }
    }
  }

  /** A reader may find more, or an error, where it found nothing. */
  private void readable() {
    if (going()) {
      listener.committed(committed);
    }
  }

  private boolean going() {
    return state == State.SEARCHING || state == State.READY;
  }

  private void fetchAgain(RemoteReader reader) {
    if (state == State.READY) {
      reader.askAgain();
    } else if (state == State.SEARCHING) {
      parked.add(reader);
    } else {
      reader.failed(new IOException("the log is not ours any more"));
    }
  }

  @Override
  public void forget(RemoteReader reader) {
    var _ = thread.execute(() -> parked.remove(reader));
  }

  /** As {@link LogBackend#trim}. */
  void trim(long position) {
    var _ =
        thread.execute(
            () -> {
              if (position > trimTo) {
                trimTo = position;
                sendTrim();
              }
            });
  }

  /**
   * Lost with its connection it is sent again on the next: it is only ever the last that counts.
   */
  private void sendTrim() {
    Link to = link;
    if (trimTo > first && state == State.READY && to != null && to.wire() != null) {
      caller.call(
          to.wire(),
          new Request.Trim(epoch, trimTo),
          QUESTION,
          (answer, why) -> {
            if (answer instanceof Answer.Trimmed trimmed) {
              first = Math.max(first, trimmed.first());
            }
          });
    }
  }

  /** Asks the member that we are connected to; completes with an answer, or exceptionally. */
  CompletableFuture<Answer> ask(Request request) {
    CompletableFuture<Answer> found = new CompletableFuture<>();
    boolean runs =
        thread.execute(
            () -> {
              Link to = link;
              if (state != State.READY || to == null || to.wire() == null) {
                found.completeExceptionally(
                    new IOException("the log cannot be reached: " + reasons));
                return;
              }
              caller.call(
                  to.wire(),
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

  // Figures

  /** Why nobody has taken us so far, one line. */
  String reasons() {
    return reasons;
  }

  long first() {
    return first;
  }

  /** Records submitted in this turn. */
  long records() {
    return records.get();
  }

  /** Bytes of them. */
  long bytes() {
    return bytes.get();
  }

  CommitTimes times() {
    return times;
  }

  /** Ends it; the listener hears nothing more. */
  void close() {
    var _ = thread.execute(() -> end(State.CLOSED, "the log was closed"));
    thread.close();
  }
}
