package io.holdfast.logstore.rpc;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the three PEM files say, checked: everything that would make every peer refuse us is found
 * here, and said in one line that names the file. Immutable.
 */
final class TlsMaterial {
  private static final Logger LOG = LoggerFactory.getLogger(TlsMaterial.class);

  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String PRIVATE_KEY = "PRIVATE KEY";
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  /** 128 bits first: as safe here as 256, and a quarter less work. */
  private static final List<String> CIPHERS =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  private static final String PROTOCOL = "TLSv1.3";

  private record Block(Path file, String label, String base64) {
    byte[] bytes() throws IOException {
      try {
        return Base64.getMimeDecoder().decode(base64);
      } catch (IllegalArgumentException e) {
        throw new IOException(file + ": what stands behind BEGIN " + label + " is no base64", e);
      }
    }
  }

  private final SslContext server;
  private final SslContext client;

  private TlsMaterial(SslContext server, SslContext client) {
    this.server = server;
    this.client = client;
  }

  SslContext server() {
    return server;
  }

  SslContext client() {
    return client;
  }

  /**
   * Reads and checks.
   *
   * @throws IOException one line: the file, and what was found
   */
  static TlsMaterial read(TlsFiles files) throws IOException {
    X509Certificate[] authority = certificates(files.authority());
    X509Certificate[] chain = certificates(files.certificate());
    for (X509Certificate each : authority) {
      checkDates(files.authority(), each);
    }
    checkDates(files.certificate(), chain[0]);
    PrivateKey key = key(files, chain[0].getPublicKey());
    checkSignedBy(files, chain, authority);
    SslContext server =
        common(SslContextBuilder.forServer(key, chain), authority)
            .clientAuth(ClientAuth.REQUIRE)
            .build();
    SslContext client =
        common(SslContextBuilder.forClient().keyManager(key, chain), authority)
            .endpointIdentificationAlgorithm("HTTPS")
            .build();
    return new TlsMaterial(server, client);
  }

  private static SslContextBuilder common(SslContextBuilder builder, X509Certificate[] authority) {
    return builder
        .sslProvider(SslProvider.JDK)
        .protocols(PROTOCOL)
        .ciphers(CIPHERS)
        .trustManager(authority);
  }

  private static X509Certificate[] certificates(Path file) throws IOException {
    List<X509Certificate> found = new ArrayList<>();
    for (Block block : blocks(file)) {
      if (block.label().equals(CERTIFICATE)) {
        try {
          found.add(
              (X509Certificate)
                  CertificateFactory.getInstance("X.509")
                      .generateCertificate(new ByteArrayInputStream(block.bytes())));
        } catch (CertificateException e) {
          throw new IOException(file + ": a certificate that cannot be decoded", e);
        }
      }
    }
    if (found.isEmpty()) {
      throw new IOException(file + ": no certificate (BEGIN CERTIFICATE) in it");
    }
    return found.toArray(new X509Certificate[0]);
  }

  private static void checkDates(Path file, X509Certificate certificate) throws IOException {
    try {
      certificate.checkValidity();
    } catch (CertificateExpiredException e) {
      throw new IOException(
          file + ": the certificate expired at " + certificate.getNotAfter().toInstant(), e);
    } catch (CertificateNotYetValidException e) {
      throw new IOException(
          file + ": the certificate is valid only from " + certificate.getNotBefore().toInstant(),
          e);
    }
  }

  private static PrivateKey key(TlsFiles files, PublicKey publicKey) throws IOException {
    Path file = files.key();
    checkWhoMayRead(file);
    PKCS8EncodedKeySpec encoded = null;
    for (Block block : blocks(file)) {
      if (block.label().equals(PRIVATE_KEY)) {
        encoded = new PKCS8EncodedKeySpec(block.bytes());
      } else if (block.label().equals("ENCRYPTED PRIVATE KEY")) {
        throw new IOException(file + ": the key is encrypted; it must be readable without a human");
      } else if (block.label().endsWith(" PRIVATE KEY")) {
        throw new IOException(
            file
                + ": the key is in the older form BEGIN "
                + block.label()
                + "; convert it: openssl pkcs8 -topk8 -nocrypt");
      }
    }
    if (encoded == null) {
      throw new IOException(file + ": no key (BEGIN PRIVATE KEY) in it");
    }
    String mismatch = file + ": the key does not fit the certificate in " + files.certificate();
    try {
      PrivateKey key = KeyFactory.getInstance(publicKey.getAlgorithm()).generatePrivate(encoded);
      if (!fits(key, publicKey)) {
        throw new IOException(mismatch);
      }
      return key;
    } catch (GeneralSecurityException e) {
      throw new IOException(mismatch, e);
    }
  }

  private static boolean fits(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
    String algorithm =
        switch (publicKey.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> publicKey.getAlgorithm();
        };
    byte[] anything = algorithm.getBytes(StandardCharsets.US_ASCII);
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(key);
    signer.update(anything);
    byte[] signature = signer.sign();
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(publicKey);
    verifier.update(anything);
    return verifier.verify(signature);
  }

  private static void checkWhoMayRead(Path file) throws IOException {
    Set<PosixFilePermission> allowed;
    try {
      allowed = Files.getPosixFilePermissions(file);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": no such file", e);
    }
    if (allowed.contains(PosixFilePermission.OTHERS_READ)
        || allowed.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(file + ": everybody may read or write the key; chmod 600 it");
    }
    if (allowed.contains(PosixFilePermission.GROUP_READ)) {
      LOG.warn("{}: the key is readable by a group", file);
    }
  }

  /** Both ways, as a peer would check it: a server's certificate and a client's. */
  private static void checkSignedBy(
      TlsFiles files, X509Certificate[] chain, X509Certificate[] authority) throws IOException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < authority.length; i++) {
        store.setCertificateEntry("authority" + i, authority[i]);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      X509TrustManager trust = (X509TrustManager) factory.getTrustManagers()[0];
      trust.checkServerTrusted(chain, "UNKNOWN");
      trust.checkClientTrusted(chain, "UNKNOWN");
    } catch (GeneralSecurityException e) {
      throw new IOException(
          files.certificate()
              + ": peers that believe "
              + files.authority()
              + " would refuse the certificate: "
              + Refusals.printable(Objects.toString(e.getMessage(), e.toString())),
          e);
    }
  }

  private static List<Block> blocks(Path file) throws IOException {
    String text;
    try {
      text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": no such file", e);
    } catch (IOException e) {
      throw new IOException(file + ": cannot be read: " + e.getMessage(), e);
    }
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      blocks.add(new Block(file, matcher.group(1), matcher.group(2).strip()));
    }
    return blocks;
  }
}
