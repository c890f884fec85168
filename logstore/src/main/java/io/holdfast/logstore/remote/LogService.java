package io.holdfast.logstore.remote;

import io.holdfast.logstore.log.SharedLog;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.rpc.ServiceAnswer;
import io.holdfast.logstore.rpc.ServiceHandler;
import io.holdfast.logstore.rpc.ServicePeer;
import io.holdfast.logstore.segment.LogCorruptException;
import io.holdfast.logstore.segment.LogTrimmedException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a member's log to owners on other machines. A request is decoded on the event loop that
 * received it and worked on elsewhere: what changes the log on one thread, in order of arrival;
 * what reads it on another; WATCH needs neither, so that a disk that stalls does not look like a
 * member that is gone.
 */
public final class LogService implements ServiceHandler, AutoCloseable {
  /** Bytes of appends that are not yet answered; beyond them appends are answered BUSY. */
  static final long MOST_IN_HAND = 24L << 20;

  private static final int MOST_READS = 64;
  private static final int MOST_CHANGES = 2 * InFlight.MOST_BATCHES;
  private static final Logger LOG = LoggerFactory.getLogger(LogService.class);

  private final SharedLog log;
  private final ThreadPoolExecutor changes = thread("log-service", MOST_CHANGES);
  private final ThreadPoolExecutor reads = thread("log-reads", MOST_READS);
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("log-watch").daemon(true).factory());
  private final Turns turns = new Turns();
  private final WatchList watches;
  private final OpenReaders readers;
  private final AtomicLong inHand = new AtomicLong();

  /** Ready to be given to a transport. */
  public LogService(SharedLog log) {
    this.log = log;
    this.watches = new WatchList(log, timer);
    this.readers = new OpenReaders(log);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  private static ThreadPoolExecutor thread(String name, int most) {
    return new ThreadPoolExecutor(
        1,
        1,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(most),
        Thread.ofPlatform().name(name).daemon(true).factory());
  }

  @Override
  public void request(ServicePeer peer, int type, ByteBuf body, ServiceAnswer answer) {
    Request request;
    try {
      request = ServiceCodec.request(type, body);
    } catch (BadMessageException e) {
      refuse(peer, e, answer);
      return;
    }
    try {
      switch (request) {
        case Request.Open open -> open(peer, open, answer);
        case Request.Append append -> append(peer, append, answer);
        case Request.Trim trim -> changes.execute(() -> trim(trim, answer));
        case Request.Watch watch -> watches.add(peer, watch, answer);
        case Request.Read read -> reads.execute(() -> read(peer, read, answer));
        case Request.StreamPage _,
            Request.StreamByEndpoint _,
            Request.StreamByKey _,
            Request.Statistics _ ->
            reads.execute(() -> look(request, answer));
      }
    } catch (RejectedExecutionException e) {
      send(answer, new Answer.Failure(Answer.Reason.BUSY, 0, "too many requests wait"));
    }
  }

  /** A build that knows less is told so; who sends nonsense is let go. */
  private static void refuse(ServicePeer peer, BadMessageException e, ServiceAnswer answer) {
    LOG.warn("{}: {}", peer.identity().remoteAddress(), e.getMessage());
    send(answer, new Answer.Failure(Answer.Reason.REFUSED, 0, String.valueOf(e.getMessage())));
    if (e.fault() != BadMessageException.Fault.UNKNOWN) {
      peer.close();
    }
  }

  private void open(ServicePeer peer, Request.Open open, ServiceAnswer answer) {
    if (!turns.admit(peer, open)) {
      send(answer, new Answer.Failure(Answer.Reason.REFUSED, 0, "a later attempt came before"));
      return;
    }
    Runnable begin =
        () -> {
          var _ =
              log.open(open.owner(), open.resume())
                  .whenComplete(
                      (grant, error) -> {
                        if (error != null) {
                          send(answer, failure(error));
                          return;
                        }
                        turns.granted(peer, open, grant.epoch());
                        watches.granted(grant.epoch());
                        LOG.info(
                            "{} at {} owns the log with epoch {}, from position {}",
                            open.owner(),
                            peer.identity().remoteAddress(),
                            grant.epoch(),
                            grant.position());
                        send(
                            answer,
                            new Answer.Granted(grant.epoch(), grant.first(), grant.position()));
                      });
        };
    changes.execute(guarded(begin, answer));
  }

  private void append(ServicePeer peer, Request.Append append, ServiceAnswer answer) {
    long before = inHand.getAndAdd(append.length());
    if (before > 0 && before + append.length() > MOST_IN_HAND) {
      inHand.addAndGet(-append.length());
      send(answer, new Answer.Failure(Answer.Reason.BUSY, 0, "too many appends wait"));
      return;
    }
    Runnable hand =
        () -> {
          if (!turns.holds(peer, append.epoch())) {
            inHand.addAndGet(-append.length());
            send(
                answer,
                new Answer.Failure(
                    Answer.Reason.REFUSED, 0, "this connection does not hold the turn"));
            return;
          }
          var _ =
              log.append(append.epoch(), append.position(), append.batch(), append.length())
                  .whenComplete(
                      (end, error) -> {
                        inHand.addAndGet(-append.length());
                        send(answer, error == null ? new Answer.Appended(end) : failure(error));
                      });
        };
    try {
      changes.execute(guarded(hand, answer));
    } catch (RejectedExecutionException e) {
      inHand.addAndGet(-append.length());
      throw e;
    }
  }

  private Runnable guarded(Runnable task, ServiceAnswer answer) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        send(answer, failure(e));
      }
    };
  }

  private void trim(Request.Trim trim, ServiceAnswer answer) {
    guarded(
            () -> {
              var _ =
                  log.trim(trim.epoch(), trim.position())
                      .whenComplete(
                          (done, error) ->
                              send(
                                  answer,
                                  error == null
                                      ? new Answer.Trimmed(log.first())
                                      : failure(error)));
            },
            answer)
        .run();
  }

  private void read(ServicePeer peer, Request.Read read, ServiceAnswer answer) {
    Answer found;
    try {
      found = readers.read(peer, read);
    } catch (IOException | RuntimeException e) {
      found = failure(e);
    }
    send(answer, found);
  }

  private void look(Request request, ServiceAnswer answer) {
    Answer found;
    try {
      found =
          request instanceof Request.Statistics
              ? new Answer.Figures(log.statistics())
              : streams(request);
    } catch (RuntimeException e) {
      found = failure(e);
    }
    send(answer, found);
  }

  private Answer streams(Request request) {
    Streams streams = log.streams();
    Optional<Streams.Stream> one = Optional.empty();
    List<Streams.Stream> page = List.of();
    if (request instanceof Request.StreamPage asked && asked.limit() > 0) {
      page = streams.page(asked.after(), asked.limit());
    } else if (request instanceof Request.StreamByEndpoint asked) {
      one = streams.byEndpoint(asked.endpoint());
    } else if (request instanceof Request.StreamByKey asked) {
      one = streams.stream(asked.key());
    }
    return new Answer.StreamsFound(streams.active(), one.map(List::of).orElse(page));
  }

  private Answer failure(Throwable thrown) {
    Throwable error =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    String text = String.valueOf(error.getMessage());
    return switch (error) {
      case SharedLog.NotLeaderException e ->
          new Answer.Failure(Answer.Reason.NOT_LEADER, 0, e.leader());
      case SharedLog.ExpiredException _ -> new Answer.Failure(Answer.Reason.EXPIRED, 0, text);
      case SharedLog.PositionException e ->
          new Answer.Failure(Answer.Reason.POSITION, e.end(), text);
      case LogTrimmedException _ -> new Answer.Failure(Answer.Reason.TRIMMED, log.first(), text);
      case LogCorruptException _ -> new Answer.Failure(Answer.Reason.CORRUPT, 0, text);
      case IllegalArgumentException _ -> new Answer.Failure(Answer.Reason.REFUSED, 0, text);
      case IOException _ -> new Answer.Failure(Answer.Reason.FAILED, 0, text);
      default -> {
        LOG.error("a request could not be served", error);
        yield new Answer.Failure(Answer.Reason.FAILED, 0, error.toString());
      }
    };
  }

  static void send(ServiceAnswer answer, Answer what) {
    // False: the peer is gone, and will ask again elsewhere.
    var _ = answer.send(ServiceCodec.encode(what));
  }

  @Override
  public void closed(ServicePeer peer) {
    turns.closed(peer);
    watches.remove(peer);
    try {
      reads.execute(() -> readers.close(peer));
    } catch (RejectedExecutionException e) {
      LOG.debug("the service is closed, or its readers are all in use"); // they go as the oldest
    }
  }

  /** Takes nothing more; what is under way may still be answered. */
  @Override
  public void close() {
    timer.shutdownNow();
    changes.shutdown();
    reads.shutdownNow();
    try {
      if (reads.awaitTermination(1, TimeUnit.SECONDS)) {
        readers.closeAll();
      }
      var _ = changes.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
