package io.holdfast.logstore.remote;

import io.holdfast.logstore.config.HostPort;
import io.holdfast.logstore.rpc.PeerIdentity;
import io.holdfast.logstore.rpc.ServicePeer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Connections within the process, to be cut, doubled or silenced at any frame. */
final class FakeNet implements Dialer, AutoCloseable {

  /** What becomes of a request. */
  enum Act {
    PASS,
    /** The connection is cut, and the request with it. */
    CUT_BEFORE,
    /** The request is served; its answer is cut off. */
    CUT_AFTER,
    /** It is served twice. */
    TWICE,
    /** It never arrives, on a connection that stands. */
    LOST
  }

  /** Decides, given a request's type and number (from 1). */
  @FunctionalInterface
  interface Faults {
    Act of(int type, int number);
  }

  final Set<HostPort> down = ConcurrentHashMap.newKeySet();
  final Set<HostPort> silent = ConcurrentHashMap.newKeySet();
  final Map<Integer, AtomicInteger> calls = new ConcurrentHashMap<>();
  final List<HostPort> dialled = new CopyOnWriteArrayList<>();
  final AtomicInteger lost = new AtomicInteger();
  volatile Faults faults = (type, number) -> Act.PASS;
  private final Map<HostPort, LogService> services = new ConcurrentHashMap<>();
  private final Set<Line> lines = ConcurrentHashMap.newKeySet();
  private final AtomicInteger numbers = new AtomicInteger();
  private final ExecutorService wires =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("fake-net").factory());

  void serve(HostPort at, LogService service) {
    services.put(at, service);
  }

  int calls(MessageType type) {
    return calls.computeIfAbsent(type.code(), c -> new AtomicInteger()).get();
  }

  /** Cuts every connection to it that there is now, and not those that are made in their place. */
  void cut(HostPort server) {
    List.copyOf(lines).stream().filter(line -> line.server.equals(server)).forEach(Line::close);
  }

  @Override
  public CompletableFuture<Wire> dial(HostPort server, Runnable closed) {
    dialled.add(server);
    CompletableFuture<Wire> wire = new CompletableFuture<>();
    wires.execute(
        () -> {
          if (down.contains(server) || !services.containsKey(server)) {
            wire.completeExceptionally(new IOException("connection refused"));
          } else {
            Line line = new Line(server, services.get(server), closed);
            lines.add(line);
            wire.complete(line);
          }
        });
    return wire;
  }

  private final class Line implements Wire, ServicePeer {
    private final HostPort server;
    private final LogService service;
    private final Runnable onClose;
    private final Set<CompletableFuture<ByteBuf>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Line(HostPort server, LogService service, Runnable onClose) {
      this.server = server;
      this.service = service;
      this.onClose = onClose;
    }

    @Override
    public CompletableFuture<ByteBuf> call(int type, ByteBuf body, Duration timeout) {
      CompletableFuture<ByteBuf> answer = new CompletableFuture<>();
      ByteBuf arrives = Unpooled.copiedBuffer(body);
      body.release();
      calls.computeIfAbsent(type, c -> new AtomicInteger()).incrementAndGet();
      open.add(answer);
      if (closed) {
        answer.completeExceptionally(new IOException("closed"));
        return answer;
      }
      wires.execute(() -> deliver(type, arrives, answer));
      return answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void deliver(int type, ByteBuf body, CompletableFuture<ByteBuf> answer) {
      if (closed || silent.contains(server)) {
        return;
      }
      Act act = faults.of(type, numbers.incrementAndGet());
      if (act == Act.CUT_BEFORE) {
        close();
        return;
      }
      if (act == Act.LOST) {
        lost.incrementAndGet();
        return;
      }
      if (act == Act.TWICE) {
        service.request(this, type, body.copy(), ignored -> true);
      }
      service.request(
          this,
          type,
          body,
          what -> {
            ByteBuf copy = Unpooled.copiedBuffer(what);
            what.release();
            if (act == Act.CUT_AFTER) {
              close();
            }
            if (closed || silent.contains(server)) {
              return false;
            }
            open.remove(answer);
            return answer.complete(copy);
          });
    }

    @Override
    public void close() {
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
      }
      lines.remove(this);
      open.forEach(answer -> answer.completeExceptionally(new IOException("cut")));
      if (!wires.isShutdown()) {
        wires.execute(() -> service.closed(this));
      }
      onClose.run();
    }

    @Override
    public PeerIdentity identity() {
      return new PeerIdentity("owner", List.of());
    }

    @Override
    public boolean push(int type, ByteBuf body) {
      throw new AssertionError("nothing is pushed");
    }

    @Override
    public boolean takesMore() {
      return !closed;
    }
  }

  @Override
  public void close() {
    lines.forEach(Line::close);
    wires.shutdown();
    services.values().forEach(LogService::close);
  }
}
