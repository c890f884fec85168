package io.holdfast.logstore.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each mistake in the files is said in one line that names the file. */
class TlsFilesTest {
  @TempDir Path folder;
  private Authority authority;
  private TlsFiles good;

  @BeforeEach
  void issue() throws Exception {
    authority = new Authority(folder, "one");
    good = authority.member("good");
  }

  private static void refused(TlsFiles files, Path file, String found) {
    assertThatThrownBy(() -> TlsMaterial.read(files))
        .isInstanceOf(IOException.class)
        .message()
        .startsWith(file + ": ")
        .contains(found)
        .doesNotContain("\n");
  }

  private Path write(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void takesGoodOnes() throws Exception {
    assertThat(TlsMaterial.read(good)).isNotNull();
    TlsFiles both =
        authority.issue(
            "both",
            builder ->
                builder
                    .addSanDnsName("localhost")
                    .addExtendedKeyUsageClientAuth()
                    .addExtendedKeyUsageServerAuth());
    assertThat(TlsMaterial.read(both)).isNotNull();
    TlsFiles rsa = authority.issue("rsa", CertificateBuilder::rsa2048);
    assertThat(TlsMaterial.read(rsa)).isNotNull();
    TlsFiles ed = authority.issue("ed", b -> b.algorithm(CertificateBuilder.Algorithm.ed25519));
    assertThat(TlsMaterial.read(ed)).isNotNull();
  }

  @Test
  void aFileThatIsNotThere() {
    Path none = folder.resolve("none.pem");
    refused(new TlsFiles(none, good.key(), good.authority()), none, "no such file");
    refused(new TlsFiles(good.certificate(), none, good.authority()), none, "no such file");
    refused(new TlsFiles(good.certificate(), good.key(), none), none, "no such file");
  }

  @Test
  void aFileThatHoldsSomethingElse() throws Exception {
    Path text = write("text", "nothing of use\n");
    refused(new TlsFiles(text, good.key(), good.authority()), text, "no certificate");
    refused(new TlsFiles(good.key(), good.key(), good.authority()), good.key(), "no certificate");
    refused(
        new TlsFiles(good.certificate(), good.certificate(), good.authority()),
        good.certificate(),
        "no key");
    Path garbage =
        write("garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    refused(new TlsFiles(garbage, good.key(), good.authority()), garbage, "cannot be decoded");
  }

  @Test
  void aKeyInAFormThatIsNotRead() throws Exception {
    Path old = write("old", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");
    refused(new TlsFiles(good.certificate(), old, good.authority()), old, "openssl pkcs8");
    Path encrypted =
        write(
            "encrypted",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    refused(new TlsFiles(good.certificate(), encrypted, good.authority()), encrypted, "encrypted");
  }

  @Test
  void aKeyOfAnotherCertificate() throws Exception {
    Path other = authority.member("other").key();
    refused(new TlsFiles(good.certificate(), other, good.authority()), other, "does not fit");
    Path rsa = authority.issue("rsa", CertificateBuilder::rsa2048).key();
    refused(new TlsFiles(good.certificate(), rsa, good.authority()), rsa, "does not fit");
  }

  @Test
  void aKeyThatEverybodyMayRead() throws Exception {
    Files.setPosixFilePermissions(good.key(), PosixFilePermissions.fromString("rw-r--r--"));
    refused(good, good.key(), "everybody may read");
  }

  @Test
  void aCertificateOutOfItsTime() throws Exception {
    Instant now = Instant.now();
    TlsFiles expired = authority.issue("expired", b -> b.notAfter(now.minus(Duration.ofDays(1))));
    refused(expired, expired.certificate(), "expired at");
    TlsFiles early = authority.issue("early", b -> b.notBefore(now.plus(Duration.ofDays(1))));
    refused(early, early.certificate(), "valid only from");
  }

  @Test
  void aCertificateThatPeersWouldRefuse() throws Exception {
    Path foreign = new Authority(folder, "two").file();
    refused(
        new TlsFiles(good.certificate(), good.key(), foreign),
        good.certificate(),
        "would refuse the certificate");
    TlsFiles servers =
        authority.issue("servers", CertificateBuilder::addExtendedKeyUsageServerAuth);
    refused(servers, servers.certificate(), "would refuse the certificate");
  }
}
