package io.holdfast.lab.routes;

import io.holdfast.bgp.wire.message.BgpMessage;
import io.holdfast.bgp.wire.message.RouteRefresh;
import io.holdfast.bgp.wire.message.Update;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * A peer that announces: sends what it is given as fast as TCP takes it, keeps the session, and
 * sends its table again when the other side asks for a refresh.
 */
public final class RouteFeeder implements Closeable {
  private final ExecutorService refreshes =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
  private final Consumer<String> onEnd;
  private final BgpEndpoint endpoint;
  private volatile byte[] table = new byte[0];
  private volatile int refreshCount;

  private RouteFeeder(
      BgpEndpoint.Settings settings, boolean listen, Duration patience, Consumer<String> onEnd)
      throws IOException {
    this.onEnd = onEnd;
    BgpEndpoint.Listener listener = new Ear();
    this.endpoint =
        listen
            ? BgpEndpoint.accept(settings, patience, listener)
            : BgpEndpoint.connect(settings, patience, listener);
  }

  /**
   * Opens a session.
   *
   * @param listen wait for the peer to connect, in place of connecting
   * @param onEnd called once with the reason, on the reading thread
   */
  public static RouteFeeder start(
      BgpEndpoint.Settings settings, boolean listen, Duration patience, Consumer<String> onEnd)
      throws IOException {
    return new RouteFeeder(settings, listen, patience, onEnd);
  }

  private final class Ear implements BgpEndpoint.Listener {
    @Override
    public void message(BgpMessage message) {
      if (message instanceof RouteRefresh refresh && refresh.subtype() == 0) {
        // Not on the reading thread: it must go on reading while TCP takes the table.
        refreshes.execute(RouteFeeder.this::refresh);
      }
    }

    @Override
    public void ended(String reason) {
      refreshes.shutdownNow();
      onEnd.accept(reason);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  private void refresh() {
    try {
      endpoint.send(table);
      refreshCount++;
    } catch (IOException e) {
      endpoint.abort();
    }
  }

  /** Sends a table with its End-of-RIB; returns when TCP has taken all of it. */
  public void feed(RouteTable announced) throws IOException {
    table = announced.announcements(endpoint.options());
    endpoint.send(table);
    endpoint.send(Update.END_OF_RIB);
  }

  /** Sends whole messages that do not become part of the table. */
  public void send(byte[] messages) throws IOException {
    endpoint.send(messages);
  }

  /** The session. */
  public BgpEndpoint endpoint() {
    return endpoint;
  }

  /** How often the other side asked for a refresh and got it. */
  public int refreshCount() {
    return refreshCount;
  }

  /** Says goodbye and closes. */
  @Override
  public void close() {
    refreshes.shutdownNow();
    endpoint.close();
  }
}
