package io.holdfast.logstore.rpc;

import io.netty.pkitesting.X509Bundle;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** A server with a good certificate that says its hello and then reads nothing more. */
final class Deaf implements AutoCloseable {
  private final SSLServerSocket listening;
  private final List<SSLSocket> sockets = new CopyOnWriteArrayList<>();

  Deaf(Authority authority) throws Exception {
    X509Bundle bundle = authority.bundle(builder -> builder.addSanDnsName("localhost"));
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    KeyManager[] keys = bundle.toKeyManagerFactory().getKeyManagers();
    context.init(keys, new TrustManager[] {bundle.toTrustManager()}, null);
    listening =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::greet);
  }

  int port() {
    return listening.getLocalPort();
  }

  private void greet() {
    try {
      SSLSocket socket = (SSLSocket) listening.accept();
      sockets.add(socket);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] hello = new byte[in.readInt()];
      in.readFully(hello);
      socket.getOutputStream().write(Stranger.frame(Frame.HELLO, 0, new byte[] {'h', 'i'}));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (SSLSocket each : sockets) {
      each.close();
    }
  }
}
