package io.holdfast.failover.north;

import io.holdfast.failover.north.client.NorthClient;
import io.holdfast.failover.north.client.NorthEvents;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.logstore.record.RecordFlyweight;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A speaker with a thread of its own, which writes down what it is told. */
final class FoldingSpeaker implements NorthEvents, AutoCloseable {
  final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  final EventLoop loop = group.next();
  final Queue<String> told = new ConcurrentLinkedQueue<>();
  final Queue<Long> positions = new ConcurrentLinkedQueue<>();
  final NorthClient client;

  /** A permit for each record that may be folded. */
  final Semaphore mayFold;

  volatile long foldedBytes;
  volatile long attachedAt = -1;

  FoldingSpeaker(Path socket, String build, int mayFold) {
    this.mayFold = new Semaphore(mayFold);
    this.client =
        NorthClient.open(loop, socket, new ServiceSpec("test", 179, List.of()), build, this);
  }

  /** Runs it on the folding thread. */
  void say(Consumer<NorthClient> what) {
    loop.submit(() -> what.accept(client)).syncUninterruptibly();
  }

  @Override
  public void welcome(long epoch, long replayStart, long at) {
    attachedAt = at;
    told.add("welcome " + epoch + " " + replayStart + " " + at);
  }

  @Override
  public void record(long position, RecordFlyweight record) {
    mayFold.acquireUninterruptibly();
    positions.add(position);
    foldedBytes += record.length();
    if (position == attachedAt) {
      client.becameActive();
    }
  }

  @Override
  public void credit(long connection, long offset) {
    told.add("credit " + connection + " " + offset + " = " + client.credit(connection));
  }

  @Override
  public void connectFailed(long request, String reason) {
    told.add("connectFailed " + request + " " + reason);
  }

  @Override
  public void refused(String reason) {
    told.add("refused " + reason);
  }

  @Override
  public void lost(String reason) {
    told.add("lost " + reason);
  }

  @Override
  public void close() {
    mayFold.release(Integer.MAX_VALUE / 2);
    client.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
