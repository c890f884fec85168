package io.holdfast.failover.north;

import com.sun.management.OperatingSystemMXBean;
import io.holdfast.failover.north.client.NorthClient;
import io.holdfast.failover.north.client.NorthEvents;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.logstore.record.RecordFlyweight;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Not a test: prints how fast one channel delivers a log that is in memory, checksums checked. */
public final class NorthBench {
  private static final int CAPACITY = 256 << 20;

  private NorthBench() {}

  public static void main(String[] arguments) throws Exception {
    int payload = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 16_384;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
    MemoryLog log = new MemoryLog(CAPACITY);
    byte[] bytes = new byte[payload];
    long room = CAPACITY - 2L * (payload + RecordFlyweight.HEADER_LENGTH);
    while (log.appended() - MemoryLog.FIRST < room) {
      log.put(1, 0, bytes);
    }
    Path folder = Files.createTempDirectory("north-bench");
    Path socket = folder.resolve("north.sock");
    HandMadePipeline pipeline = new HandMadePipeline();
    try (NorthServer server =
        NorthServer.open(socket, log, pipeline, Admission.standard(), System.err::println)) {
      pipeline.onAttach =
          channel -> server.welcome(channel, channel, MemoryLog.FIRST, MemoryLog.FIRST);
      for (int round = 0; round < rounds; round++) {
        round(socket, log.committed());
      }
    }
    Files.delete(folder);
  }

  private static void round(Path socket, long end) throws InterruptedException, IOException {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    EventLoop loop = group.next();
    Counter counter = new Counter(end);
    long before = processorNanos();
    ServiceSpec service = new ServiceSpec("bench", 0, List.of());
    try (NorthClient _ = NorthClient.open(loop, socket, service, "bench", counter)) {
      if (!counter.done.await(60, TimeUnit.SECONDS)) {
        throw new IOException("not done in a minute");
      }
      double seconds = (System.nanoTime() - counter.start) / 1e9;
      double megabytes = (end - MemoryLog.FIRST) / 1e6;
      System.out.printf(
          Locale.ROOT,
          "%.0f MB/s, %.2f million records/s, %.2f s of processor time for each GB (both ends)%n",
          megabytes / seconds,
          counter.records / seconds / 1e6,
          (processorNanos() - before) / 1e6 / megabytes);
    }
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  private static long processorNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static final class Counter implements NorthEvents {
    final CountDownLatch done = new CountDownLatch(1);
    final long end;
    volatile long start;
    long records;

    Counter(long end) {
      this.end = end;
    }

    @Override
    public void welcome(long epoch, long replayStart, long attachedAt) {
      start = System.nanoTime();
    }

    @Override
    public void record(long position, RecordFlyweight record) {
      records++;
      if (position + record.length() == end) {
        done.countDown();
      }
    }

    @Override
    public void credit(long connection, long offset) {}

    @Override
    public void connectFailed(long request, String reason) {}

    @Override
    public void refused(String reason) {}

    @Override
    public void lost(String reason) {}
  }
}
