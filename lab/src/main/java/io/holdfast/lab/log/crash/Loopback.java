package io.holdfast.lab.log.crash;

import io.holdfast.lab.log.Authority;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.logstore.rpc.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Where the members of a run listen, and the certificate that they and their owners share. */
final class Loopback {
  static final String HOST = "127.0.0.1";

  /** Below the ports that the kernel gives to those who connect, so that one stays free. */
  private static final int LAST_PORT = 32_000;

  private static final AtomicInteger NEXT_PORT =
      new AtomicInteger(12_000 + (int) (ProcessHandle.current().pid() % 180) * 100);

  private Loopback() {}

  /** Makes the files in a folder. */
  static TlsFiles certificate(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new LabFailure("cannot make " + folder, e);
    }
    Authority.Pem pem = new Authority(folder).issue("loopback", HOST);
    return new TlsFiles(pem.certificate(), pem.key(), pem.authority());
  }

  /** A port on which nobody listens, another with each call. */
  static int freePort() {
    for (int port = NEXT_PORT.getAndIncrement();
        port < LAST_PORT;
        port = NEXT_PORT.getAndIncrement()) {
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.ofLiteral(HOST))) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // somebody has it
      }
    }
    throw new LabFailure("no free port on " + HOST);
  }
}
