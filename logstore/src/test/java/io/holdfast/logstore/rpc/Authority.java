package io.holdfast.logstore.rpc;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/** A certificate authority of one test, and the files of those it signs for. */
public final class Authority {
  private final Path folder;
  private final String name;
  private final X509Bundle root;

  public Authority(Path folder, String name) throws Exception {
    this.folder = folder;
    this.name = name;
    this.root =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=" + name)
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    write(name + ".ca.pem", root.getCertificatePEM());
  }

  Path file() {
    return folder.resolve(name + ".ca.pem");
  }

  /** For localhost and 127.0.0.1. */
  public TlsFiles member(String id) throws Exception {
    return issue(id, builder -> builder.addSanDnsName("localhost").addSanIpAddress("127.0.0.1"));
  }

  X509Bundle bundle(UnaryOperator<CertificateBuilder> with) throws Exception {
    return with.apply(
            new CertificateBuilder()
                .ecp256()
                .subject("CN=member")
                .notBefore(Instant.now().minus(Duration.ofDays(2)))
                .notAfter(Instant.now().plus(Duration.ofDays(2))))
        .buildIssuedBy(root);
  }

  TlsFiles issue(String id, UnaryOperator<CertificateBuilder> with) throws Exception {
    X509Bundle bundle = bundle(with);
    Path certificate = write(name + '.' + id + ".pem", bundle.getCertificatePEM());
    Path key = write(name + '.' + id + ".key", bundle.getPrivateKeyPEM());
    return new TlsFiles(certificate, key, file());
  }

  private Path write(String file, String text) throws IOException {
    Path path = Files.writeString(folder.resolve(file), text);
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
  }

  /** Accepts everybody. */
  static HelloHandler friendly() {
    return new HelloHandler() {
      @Override
      public byte[] ours(String to) {
        return new byte[] {'h', 'i'};
      }

      @Override
      public void theirs(PeerIdentity peer, byte[] hello) throws RefusedException {
        if (hello.length != 2) {
          throw new RefusedException("a hello of " + List.of(hello.length));
        }
      }
    };
  }
}
