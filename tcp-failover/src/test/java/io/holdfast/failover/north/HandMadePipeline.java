package io.holdfast.failover.north;

import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.ServiceSpec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Writes down what speakers say, one line each; heartbeats are counted instead. */
final class HandMadePipeline implements NorthHandler {
  final Queue<String> said = new ConcurrentLinkedQueue<>();
  final ConcurrentHashMap<Long, Long> folded = new ConcurrentHashMap<>();
  final ConcurrentHashMap<Long, Boolean> active = new ConcurrentHashMap<>();
  final AtomicLong beats = new AtomicLong();
  volatile LongConsumer onAttach = channel -> {};
  volatile CountDownLatch outputGate = new CountDownLatch(0);
  volatile CountDownLatch outputWaits = new CountDownLatch(1);

  List<String> saidBy(long channel) {
    return said.stream().filter(line -> line.startsWith(channel + " ")).toList();
  }

  @Override
  public void hello(long channel, String service, String build, int pid) {
    said.add(channel + " hello " + service + " " + build + " " + pid);
  }

  @Override
  public void register(long channel, ServiceSpec service) {
    said.add(channel + " register " + service);
  }

  @Override
  public void attach(long channel) {
    said.add(channel + " attach");
    onAttach.accept(channel);
  }

  @Override
  public void folded(long channel, long position, boolean isActive) {
    folded.put(channel, position);
    active.put(channel, isActive);
    beats.incrementAndGet();
  }

  @Override
  public void output(
      long channel, long sequence, boolean last, long[] connections, int count, ByteBuf bytes) {
    outputWaits.countDown();
    try {
      outputGate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    said.add(
        "%d output %d last=%s %s %s"
            .formatted(
                channel,
                sequence,
                last,
                Arrays.toString(Arrays.copyOf(connections, count)),
                ByteBufUtil.hexDump(bytes)));
  }

  @Override
  public void connect(
      long channel, long request, Endpoint remote, InetAddress localOrWildcard, int ttl) {
    said.add(channel + " connect " + request + " " + remote + " " + localOrWildcard + " " + ttl);
  }

  @Override
  public void close(long channel, long connection, CloseMode mode) {
    said.add(channel + " close " + connection + " " + mode);
  }

  @Override
  public void arm(long channel, long connection, Armed armed) {
    said.add(channel + " arm " + connection + " " + armed);
  }

  @Override
  public void note(long channel, ByteBuf bytes) {
    said.add(channel + " note " + ByteBufUtil.hexDump(bytes));
  }

  @Override
  public void disconnected(long channel, String reason) {
    said.add(channel + " disconnected " + reason);
  }
}
