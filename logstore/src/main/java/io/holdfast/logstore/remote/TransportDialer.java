package io.holdfast.logstore.remote;

import io.holdfast.logstore.config.HostPort;
import io.holdfast.logstore.config.LogConfig;
import io.holdfast.logstore.rpc.HelloHandler;
import io.holdfast.logstore.rpc.PeerIdentity;
import io.holdfast.logstore.rpc.RefusedException;
import io.holdfast.logstore.rpc.ServiceChannel;
import io.holdfast.logstore.rpc.ServiceListener;
import io.holdfast.logstore.rpc.TlsFiles;
import io.holdfast.logstore.rpc.Transport;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Connections over the transport, as a client that is no member. */
final class TransportDialer implements Dialer, AutoCloseable {
  private static final Duration CONNECT = Duration.ofMillis(500);

  private final Transport transport;

  TransportDialer(Transport transport) {
    this.transport = transport;
  }

  static TransportDialer open(LogConfig.Tls tls) throws IOException {
    TlsFiles files = new TlsFiles(tls.certificate(), tls.key(), tls.authority());
    return new TransportDialer(new Transport(files, new AsOwner()));
  }

  /** Which member it is does not matter to an owner: the certificate has said that it is one. */
  private static final class AsOwner implements HelloHandler {
    @Override
    public byte[] ours(String to) {
      return OwnerHello.bytes();
    }

    @Override
    public void theirs(PeerIdentity peer, byte[] hello) throws RefusedException {}
  }

  @Override
  public CompletableFuture<Wire> dial(HostPort server, Runnable closed) {
    ServiceListener listener =
        new ServiceListener() {
          @Override
          public void pushed(int type, ByteBuf body) {} // nothing of ours is pushed

          @Override
          public void closed() {
            closed.run();
          }
        };
    return transport
        .connect(server.host(), server.port(), CONNECT, listener)
        .handle(
            (channel, error) -> {
              if (channel != null) {
                return new TransportWire(channel);
              }
              throw new CompletionException(plain(error));
            });
  }

  /** In the words that an operator knows. */
  private static Throwable plain(Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    return cause instanceof ConnectException
            && String.valueOf(cause.getMessage()).contains("refused")
        ? new ConnectException("connection refused")
        : cause;
  }

  private record TransportWire(ServiceChannel channel) implements Wire {
    @Override
    public CompletableFuture<ByteBuf> call(int type, ByteBuf body, Duration timeout) {
      return channel.call(type, body, timeout);
    }

    @Override
    public void close() {
      channel.close();
    }
  }

  @Override
  public void close() {
    transport.close();
  }
}
