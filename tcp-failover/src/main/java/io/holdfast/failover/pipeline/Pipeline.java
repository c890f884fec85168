package io.holdfast.failover.pipeline;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.ExceptionHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.ProducerType;
import io.holdfast.failover.linux.SegmentQueue;
import io.holdfast.failover.restore.LoggedConnections;
import io.holdfast.logstore.log.Log;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wiring, all of it: one ring, one consumer, two stages. The consumer takes what is there (at
 * most {@link #BATCH} events), lets the log stage see all of it, flushes the log once, and lets the
 * release stage see it again. Two passes of one thread and not two threads: on a machine with two
 * cores a hand-over costs more than both stages, and every state has one owner.
 */
public final class Pipeline implements AutoCloseable {
  /** The most events between two flushes: bounds how long an acknowledgment waits for others. */
  static final int BATCH = 64;

  private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);

  private final RingBuffer<FailoverEvent> ring;
  private final BatchEventProcessor<FailoverEvent> processor;
  private final Thread thread;
  private final FailoverState state;
  private final LogStage logStage;
  private final ReleaseStage releaseStage;
  private final StandIn standIn;
  private final ProgressMarks marks;
  private final Log log;

  /** The other ends of the pipeline. */
  public record Ends(
      Log log,
      SegmentQueue queue,
      SocketCommands sockets,
      SpeakerPort speakers,
      SpeakerWatch watch,
      Alarms alarms) {}

  private Pipeline(RingBuffer<FailoverEvent> ring, Ends ends, Duration standInLimit) {
    this.ring = ring;
    this.log = ends.log();
    this.state = new FailoverState();
    this.logStage = new LogStage(log, state, ends.alarms());
    this.releaseStage =
        new ReleaseStage(
            log,
            state,
            logStage,
            ends.queue(),
            ends.sockets(),
            ends.speakers(),
            ends.watch(),
            ends.alarms());
    this.standIn =
        new StandIn(
            state,
            logStage,
            releaseStage,
            ends.speakers(),
            ends.watch(),
            ends.alarms(),
            standInLimit.toNanos());
    this.marks = new ProgressMarks(state, logStage, ends.sockets());
    this.processor =
        new BatchEventProcessorBuilder()
            .setMaxBatchSize(BATCH)
            .build(ring, ring.newBarrier(), new Stages());
    processor.setExceptionHandler(new Fatal());
    ring.addGatingSequences(processor.getSequence());
    this.thread = Thread.ofPlatform().name("pipeline").unstarted(processor);
  }

  /**
   * The ring, to be given to those who put events into it.
   *
   * @param slots a power of two, 64 or more
   */
  static RingBuffer<FailoverEvent> ring(int slots) {
    return RingBuffer.create(
        ProducerType.MULTI, FailoverEvent::new, slots, new BlockingWaitStrategy());
  }

  /**
   * Starts it.
   *
   * @param past what the log says is open
   */
  static Pipeline start(
      RingBuffer<FailoverEvent> ring, Ends ends, Duration standInLimit, LoggedConnections past) {
    Pipeline pipeline = new Pipeline(ring, ends, standInLimit);
    pipeline.state.speaker.startedAt(System.nanoTime(), past.epoch());
    pipeline.state.service = past.service();
    past.connections().forEach(pipeline.state::add);
    ends.log().onCommit(pipeline::committed);
    pipeline.thread.start();
    return pipeline;
  }

  /**
   * The commit position moved on a thread of the log's. A full ring needs no notice: its events
   * bring the pipeline round anyway, and it looks at the position after every batch.
   */
  private void committed(long position) {
    if (Thread.currentThread() != thread) {
      ring.tryPublishEvent((event, _) -> event.type = EventType.COMMITTED);
    }
  }

  /** Runs a question on the pipeline's thread. */
  public <T> CompletableFuture<T> ask(Callable<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Runnable task =
        () -> {
          try {
            answer.complete(question.call());
          } catch (Exception e) {
            answer.completeExceptionally(e);
          }
        };
    ring.publishEvent(
        (event, _) -> {
          event.type = EventType.RUN;
          event.object = task;
        });
    return answer;
  }

  /** What there is to be seen; to be asked for through {@link #ask} only. */
  FailoverState state() {
    return state;
  }

  StandIn standIn() {
    return standIn;
  }

  LogStage logStage() {
    return logStage;
  }

  @Override
  public void close() {
    processor.halt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The two passes. */
  private final class Stages implements EventHandler<FailoverEvent> {
    private long first;
    private boolean started;

    @Override
    public void onBatchStart(long batchSize, long queueDepth) {
      started = false;
      state.nowNanos = System.nanoTime();
      state.counters.largestBatch = (int) Math.max(state.counters.largestBatch, batchSize);
    }

    @Override
    public void onEvent(FailoverEvent event, long sequence, boolean endOfBatch) {
      if (!started) {
        started = true;
        first = sequence;
      }
      if (event.type == EventType.TICK) {
        standIn.tick();
        marks.tick();
      } else if (event.type == EventType.RUN) {
        ((Runnable) Objects.requireNonNull(event.object)).run();
      } else {
        logStage.on(event);
      }
      if (endOfBatch) {
        log.flush();
        for (long i = first; i <= sequence; i++) {
          FailoverEvent released = ring.get(i);
          releaseStage.on(released);
          released.clear();
        }
        releaseStage.finishBatch();
      }
    }
  }

  /** A defect of ours: better dead (the kernel's rules keep everything in) than wrong. */
  private static final class Fatal implements ExceptionHandler<FailoverEvent> {
    @Override
    public void handleEventException(Throwable error, long sequence, FailoverEvent event) {
      LOG.error("the pipeline failed on {}; failoverd ends", event.type, error);
      Runtime.getRuntime().halt(70);
    }

    @Override
    public void handleOnStartException(Throwable error) {
      LOG.error("the pipeline could not start", error);
      Runtime.getRuntime().halt(70);
    }

    @Override
    public void handleOnShutdownException(Throwable error) {
      LOG.warn("the pipeline's end failed", error);
    }
  }
}
