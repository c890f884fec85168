package io.holdfast.logstore.remote;

import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.segment.LogTrimmedException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fetches for the readers of an owner what is not in its memory. A question that a loss of the
 * member leaves open is asked again at the next. Owned by the client's thread.
 */
final class Fetching implements RemoteReader.Source {
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration AGAIN = Duration.ofMillis(20);

  private final ClientThread thread;
  private final Caller caller;
  private final Seat seat;
  private final LogBackend.Listener listener;
  private final Appending appending;
  private final Trimming trimming;

  /** Those that wait for the next stand. */
  private final Set<RemoteReader> parked = new HashSet<>();

  Fetching(
      ClientThread thread,
      Caller caller,
      Seat seat,
      LogBackend.Listener listener,
      Appending appending,
      Trimming trimming) {
    this.thread = thread;
    this.caller = caller;
    this.seat = seat;
    this.listener = listener;
    this.appending = appending;
    this.trimming = trimming;
  }

  @Override
  public long committed() {
    return appending.committed();
  }

  @Override
  public RecentRecords recent() {
    return appending.recent();
  }

  /** A stand has begun: whoever waited for it asks again. */
  void begin() {
    List<RemoteReader> waiting = List.copyOf(parked);
    parked.clear();
    waiting.forEach(RemoteReader::askAgain);
  }

  @Override
  public void fetch(RemoteReader reader, long position, int most) {
    if (!thread.execute(() -> fetchNow(reader, position, most))) {
      reader.failed(new IOException("the log is closed"));
    }
  }

  private void fetchNow(RemoteReader reader, long position, int most) {
    Stand at = seat.stand();
    if (at == null) {
      parkOrFail(reader);
      return;
    }
    caller.call(
        at.wire(),
        new Request.Read(position, most),
        ANSWER,
        (answer, why) -> fetched(at.link(), reader, position, answer, why));
  }

  private void fetched(
      Link from, RemoteReader reader, long position, @Nullable Answer answer, String why) {
    switch (answer) {
      case Answer.Records found when found.position() == position -> {
        if (found.length() > 0) {
          reader.arrived(position, found.records(), found.length());
          readable();
        } else { // a member that has not applied yet what the one before it had committed
          thread.later(AGAIN, reader::askAgain);
        }
      }
      case Answer.Failure no when no.reason() == Answer.Reason.TRIMMED -> {
        trimming.atLeast(no.value());
        reader.failed(new LogTrimmedException(position, no.value()));
        readable();
      }
      case Answer.Failure no when no.reason() == Answer.Reason.BUSY ->
          thread.later(AGAIN, reader::askAgain);
      case Answer.Failure no -> {
        reader.failed(new IOException("the log at " + from.server() + ": " + no.text()));
        readable();
      }
      case null, default -> {
        seat.over(from, why.isEmpty() ? "an answer to something else" : why);
        fetchAgain(reader);
      }
    }
  }

  /** A reader may find more, or an error, where it found nothing. */
  private void readable() {
    if (seat.going()) {
      listener.committed(committed());
    }
  }

  private void fetchAgain(RemoteReader reader) {
    if (seat.stand() != null) {
      reader.askAgain();
    } else {
      parkOrFail(reader);
    }
  }

  private void parkOrFail(RemoteReader reader) {
    if (seat.going()) {
      parked.add(reader);
    } else {
      reader.failed(new IOException("the log is not ours any more"));
    }
  }

  @Override
  public void forget(RemoteReader reader) {
    var _ = thread.execute(() -> parked.remove(reader));
  }
}
