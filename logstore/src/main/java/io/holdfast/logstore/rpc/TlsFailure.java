package io.holdfast.logstore.rpc;

import io.netty.handler.ssl.NotSslRecordException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Objects;
import javax.crypto.AEADBadTagException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says what a failure of TLS means. */
final class TlsFailure {
  private TlsFailure() {}

  /** The meaning, or null if it is no failure of TLS but of the line below it. */
  static @Nullable Refusal of(Throwable failure) {
    Refusal found = null;
    for (Throwable each = failure; each != null; each = each.getCause()) {
      switch (each) {
        case NotSslRecordException _ -> {
          return Refusal.NO_TLS;
        }
        case AEADBadTagException _ -> {
          return Refusal.ALTERED;
        }
        case CertificateExpiredException _ -> {
          return Refusal.OUTDATED_CERTIFICATE;
        }
        case CertificateNotYetValidException _ -> {
          return Refusal.OUTDATED_CERTIFICATE;
        }
        case CertPathBuilderException _ -> found = Refusal.FOREIGN_CERTIFICATE;
        case CertPathValidatorException _ -> found = Refusal.FOREIGN_CERTIFICATE;
        case CertificateException e -> found = certificate(e, found);
        case SSLException e -> found = found == null ? byText(e) : found;
        default -> {}
      }
    }
    return found;
  }

  private static Refusal certificate(CertificateException e, @Nullable Refusal found) {
    // The JDK's checker of names has no exception of its own.
    return text(e).startsWith("No subject alternative") || text(e).startsWith("No name matching")
        ? Refusal.OTHER_NAME
        : found == null || found == Refusal.TLS_FAILED ? Refusal.FOREIGN_CERTIFICATE : found;
  }

  /** The engine tells these apart by their words alone. */
  private static @Nullable Refusal byText(SSLException e) {
    String text = text(e);
    if (text.contains("Empty client certificate chain")) {
      return Refusal.NO_CERTIFICATE;
    }
    if (text.contains("is not enabled or supported in server context")
        || text.contains("No appropriate protocol")
        || text.contains("protocol_version")) {
      return Refusal.OLD_TLS;
    }
    if (text.contains("Received fatal alert")) {
      return Refusal.REFUSES_US;
    }
    if (text.contains("Tag mismatch") || text.contains("bad_record_mac")) {
      return Refusal.ALTERED;
    }
    return e.getCause() == null || e.getCause() instanceof SSLException ? Refusal.TLS_FAILED : null;
  }

  static String text(Throwable failure) {
    return Objects.toString(failure.getMessage(), failure.getClass().getSimpleName());
  }
}
