package io.holdfast.logstore.rpc;

import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/**
 * Prints what two transports carry over loopback with TLS, both in this process: MB/s of appends of
 * 512 KiB with some in flight, processor time for each second, and the round trip of an append of
 * 1,500 B. A program, not a test: {@code TransportThroughput [seconds]}.
 */
public final class TransportThroughput {
  private static final int LARGE = 512 << 10;
  private static final int SMALL = 1_500;
  private static final int IN_FLIGHT = 16;
  private static final long NANOS = 1_000_000_000;

  private TransportThroughput() {}

  public static void main(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
    Path folder = Files.createTempDirectory("transport");
    ExecutorService executor = Executors.newSingleThreadExecutor();
    Authority authority = new Authority(folder, "bench");
    try (Transport near = new Transport(authority.member("near"), Authority.friendly());
        Transport far = new Transport(authority.member("far"), Authority.friendly())) {
      far.listen("127.0.0.1", 0);
      Endpoint endpoint = new Endpoint("localhost", far.port());
      RaftServer server = new RaftServer(far, endpoint);
      server.registerProcessor(new Answering(executor));
      server.init(null);
      MemberOptions options = new MemberOptions(near);
      options.setRpcConnectTimeoutMs(20_000);
      RaftClient client = new RaftClient();
      client.init(options);
      client.invokeSync(endpoint, append(SMALL), 20_000);
      for (int round = 0; round < 3; round++) {
        stream(client, endpoint, seconds);
        roundTrips(client, endpoint, 5_000);
      }
    } finally {
      executor.shutdown();
      remove(folder);
    }
  }

  private static void stream(RaftClient client, Endpoint endpoint, int seconds) throws Exception {
    AppendEntriesRequest request = append(LARGE);
    Semaphore free = new Semaphore(IN_FLIGHT);
    long cpu = processorNanos();
    long start = System.nanoTime();
    long end = start + seconds * NANOS;
    long count = 0;
    while (System.nanoTime() < end) {
      free.acquire();
      client.invokeAsync(endpoint, request, (answer, failure) -> free.release(), 5_000);
      count++;
    }
    free.acquire(IN_FLIGHT);
    double elapsed = (System.nanoTime() - start) / (double) NANOS;
    System.out.printf(
        "%d KiB, %d in flight: %.0f MB/s, %.2f cores, %.0f ms of processor for 100 MB (both ends)%n",
        LARGE >> 10,
        IN_FLIGHT,
        count * (double) LARGE / 1e6 / elapsed,
        (processorNanos() - cpu) / (double) NANOS / elapsed,
        (processorNanos() - cpu) / 1e6 / (count * (double) LARGE / 1e8));
  }

  private static void roundTrips(RaftClient client, Endpoint endpoint, int count) throws Exception {
    AppendEntriesRequest request = append(SMALL);
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      long before = System.nanoTime();
      client.invokeSync(endpoint, request, 5_000);
      nanos[i] = System.nanoTime() - before;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "%d B round trip: p50 %.0f us, p99 %.0f us%n",
        SMALL, nanos[count / 2] / 1e3, nanos[count * 99 / 100] / 1e3);
  }

  private static long processorNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static AppendEntriesRequest append(int size) {
    byte[] data = new byte[size];
    new Random(1).nextBytes(data);
    return AppendEntriesRequest.newBuilder()
        .setGroupId("g")
        .setServerId("a:1")
        .setPeerId("b:1")
        .setTerm(1)
        .setPrevLogIndex(1)
        .setPrevLogTerm(1)
        .setCommittedIndex(0)
        .setData(ByteString.copyFrom(data))
        .build();
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private record Answering(Executor named) implements RpcProcessor<AppendEntriesRequest> {
    @Override
    public void handleRequest(RpcContext context, AppendEntriesRequest request) {
      context.sendResponse(AppendEntriesResponse.newBuilder().setTerm(1).setSuccess(true).build());
    }

    @Override
    public String interest() {
      return AppendEntriesRequest.class.getName();
    }

    @Override
    public Executor executor() {
      return named;
    }
  }
}
