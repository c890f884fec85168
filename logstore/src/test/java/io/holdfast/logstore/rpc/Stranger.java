package io.holdfast.logstore.rpc;

import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A peer that does what no member does. Each comes from a loopback address of its own, so that what
 * is said of it can be told apart.
 */
final class Stranger {
  private static final AtomicInteger ADDRESSES = new AtomicInteger(10);
  private static final int READ_MILLIS = 30_000;

  private final String address = "127.0.3." + ADDRESSES.getAndIncrement();
  private final int port;

  Stranger(int port) {
    this.port = port;
  }

  String address() {
    return address;
  }

  Socket plain() throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
    socket.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
    socket.setSoTimeout(READ_MILLIS);
    return socket;
  }

  /** Speaks TLS, with this certificate if any, and believes everybody. */
  SSLSocket tls(@Nullable X509Bundle bundle, String protocol) throws Exception {
    Socket below = plain();
    SSLSocket socket =
        (SSLSocket) context(bundle).getSocketFactory().createSocket(below, "localhost", port, true);
    socket.setEnabledProtocols(new String[] {protocol});
    socket.setSoTimeout(READ_MILLIS);
    return socket;
  }

  /** Says the hello and has heard the other. */
  SSLSocket greeted(Authority authority) throws Exception {
    SSLSocket socket =
        tls(authority.bundle(builder -> builder.addSanDnsName("localhost")), "TLSv1.3");
    socket.getOutputStream().write(frame(Frame.HELLO, 0, new byte[] {'h', 'i'}));
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] answer = new byte[in.readInt()];
    in.readFully(answer);
    if (answer[0] != Frame.HELLO) {
      throw new IOException("no hello: type " + answer[0]);
    }
    return socket;
  }

  private static SSLContext context(@Nullable X509Bundle bundle)
      throws NoSuchAlgorithmException, KeyManagementException {
    SSLContext context = SSLContext.getInstance("TLS");
    KeyManager[] keys =
        bundle == null ? new KeyManager[0] : new KeyManager[] {new Stubborn(bundle)};
    context.init(keys, new TrustManager[] {new Credulous()}, null);
    return context;
  }

  /** Shows its certificate, whichever authorities the server names. */
  private static final class Stubborn extends X509ExtendedKeyManager {
    private final X509Bundle bundle;

    Stubborn(X509Bundle bundle) {
      this.bundle = bundle;
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return new String[] {"it"};
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return "it";
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal[] issuers) {
      return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return bundle.getCertificatePath();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return bundle.getKeyPair().getPrivate();
    }
  }

  /** Whether the other side ends the connection; whatever it sends until then is ignored. */
  static boolean isHungUp(Socket socket) throws IOException {
    try {
      while (socket.getInputStream().read() >= 0) {
        continue;
      }
      return true;
    } catch (SSLException e) {
      return true; // an alert
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true; // reset
    }
  }

  static byte[] frame(int type, long id, byte[] body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(Frame.HEAD + body.length);
    out.writeByte(type);
    out.writeLong(id);
    out.write(body);
    return bytes.toByteArray();
  }

  private static final class Credulous implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
