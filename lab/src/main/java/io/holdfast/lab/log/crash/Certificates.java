package io.holdfast.lab.log.crash;

import io.holdfast.lab.net.Command;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.logstore.rpc.TlsFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/** The certificate that all members and owners of a run on loopback share; it signs itself. */
final class Certificates {
  private static final String PASSWORD = "loopback";

  private Certificates() {}

  /** Makes the files in a folder, with the JDK's own keytool. */
  static TlsFiles make(Path folder) {
    Path store = folder.resolve("loopback.p12");
    try {
      Files.createDirectories(folder);
      Command.run(
              Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
              "-genkeypair",
              "-alias",
              "loopback",
              "-keyalg",
              "EC",
              "-groupname",
              "secp256r1",
              "-dname",
              "CN=loopback",
              "-ext",
              "SAN=IP:127.0.0.1,DNS:localhost",
              "-validity",
              "30",
              "-keystore",
              store.toString(),
              "-storepass",
              PASSWORD,
              "-storetype",
              "PKCS12");
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, PASSWORD.toCharArray());
      }
      Path certificate =
          write(
              folder.resolve("loopback.pem"),
              "CERTIFICATE",
              keys.getCertificate("loopback").getEncoded());
      Path key =
          write(
              folder.resolve("loopback.key"),
              "PRIVATE KEY",
              keys.getKey("loopback", PASSWORD.toCharArray()).getEncoded());
      return new TlsFiles(certificate, key, certificate);
    } catch (IOException | GeneralSecurityException e) {
      throw new LabFailure("cannot make certificates in " + folder, e);
    }
  }

  private static Path write(Path file, String label, byte[] bytes) throws IOException {
    String text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(
                label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes), label);
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
