package io.holdfast.lab.log;

import io.holdfast.lab.net.Command;
import io.holdfast.lab.net.LabFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A certificate authority for one run, made by openssl, and the files of those it signs for: EC
 * P-256, three days, each for one name and one address.
 */
public final class Authority {
  /** PEM files of one machine. */
  public record Pem(Path certificate, Path key, Path authority) {}

  private final Path folder;

  /** Makes the authority's own files in a folder. */
  public Authority(Path folder) {
    this.folder = folder;
    make("authority", "authority", "127.0.0.1", "authority");
  }

  /** A certificate for a machine. */
  public Pem issue(String name, String address) {
    make(
        name,
        name,
        address,
        "machine",
        "-CA",
        folder.resolve("authority.pem").toString(),
        "-CAkey",
        folder.resolve("authority.key").toString());
    return new Pem(
        folder.resolve(name + ".pem"),
        folder.resolve(name + ".key"),
        folder.resolve("authority.pem"));
  }

  private void make(String file, String name, String address, String extensions, String... signer) {
    Path configuration = folder.resolve(file + ".cnf");
    String text =
        """
        [req]
        distinguished_name = name
        prompt = no
        [name]
        CN = %1$s
        [authority]
        basicConstraints = critical, CA:TRUE
        keyUsage = critical, keyCertSign
        subjectKeyIdentifier = hash
        [machine]
        basicConstraints = critical, CA:FALSE
        keyUsage = critical, digitalSignature
        extendedKeyUsage = serverAuth, clientAuth
        subjectAltName = DNS:%1$s, IP:%2$s
        """
            .formatted(name, address);
    try {
      Files.writeString(configuration, text);
    } catch (IOException e) {
      throw new LabFailure("cannot write " + configuration, e);
    }
    String[] command = {
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "3",
      "-config",
      configuration.toString(),
      "-extensions",
      extensions,
      "-keyout",
      folder.resolve(file + ".key").toString(),
      "-out",
      folder.resolve(file + ".pem").toString()
    };
    String[] whole = Arrays.copyOf(command, command.length + signer.length);
    System.arraycopy(signer, 0, whole, command.length, signer.length);
    Command.run(whole);
  }
}
