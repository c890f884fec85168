package io.holdfast.logstore;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The seeds of a fuzz target, where Jazzer looks for them: {@code <class>Inputs/<method>/} among
 * the resources. Ordinary test runs play them through the target without Jazzer, whose agent would
 * instrument the JVM that the other tests run in.
 */
public final class FuzzSeeds {
  private FuzzSeeds() {}

  /** All of them, by file name. */
  public static List<Path> of(Class<?> target, String method) throws IOException {
    URL folder =
        Objects.requireNonNull(
            target.getResource(target.getSimpleName() + "Inputs/" + method), "no seeds");
    try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
      return files.sorted().toList();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
