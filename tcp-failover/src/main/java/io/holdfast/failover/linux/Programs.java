package io.holdfast.failover.linux;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs the system's own tools. Thread-safe: no state. */
public final class Programs {
  private static final int PATIENCE_SECONDS = 20;

  private Programs() {}

  /** Where a program is, looked for in PATH and in the system folders; null if nowhere. */
  public static @Nullable Path find(String name) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String folder : (path + ":/usr/sbin:/sbin:/usr/bin:/bin").split(":", -1)) {
      Path program = Path.of(folder.isEmpty() ? "." : folder, name);
      if (!folder.isEmpty() && Files.isExecutable(program)) {
        return program;
      }
    }
    return null;
  }

  /**
   * Runs a program to its end.
   *
   * @param input what it reads
   * @return what it wrote to its standard output
   * @throws IOException if it is not there, ends with another status than 0 (with what it wrote to
   *     its error output) or takes longer than {@value #PATIENCE_SECONDS} s
   */
  public static String run(String input, String name, String... arguments) throws IOException {
    Path program = find(name);
    if (program == null) {
      throw new IOException("the program " + name + " is not installed (package iptables)");
    }
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of(arguments));
    // Files, not pipes: a program that hangs must not keep us reading.
    Path output = Files.createTempFile("holdfast", ".out");
    Path errors = Files.createTempFile("holdfast", ".err");
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.redirectOutput(output.toFile()).redirectError(errors.toFile());
      builder.environment().put("LC_ALL", "C");
      Process process = builder.start();
      feed(process, input);
      int status = status(process, name);
      String said = Files.readString(output);
      if (status != 0) {
        String complaint = Files.readString(errors).trim();
        throw new IOException(name + ": " + (complaint.isEmpty() ? said.trim() : complaint));
      }
      return said;
    } finally {
      Files.deleteIfExists(output);
      Files.deleteIfExists(errors);
    }
  }

  /** A program that ends without reading has its reason, which its status and words tell. */
  private static void feed(Process process, String input) {
    try (OutputStream out = process.getOutputStream()) {
      out.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException unread) {
      return;
    }
  }

  private static int status(Process process, String name) throws IOException {
    try {
      if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return process.exitValue();
      }
      process.destroyForcibly();
      throw new IOException(name + " does not end");
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }
}
