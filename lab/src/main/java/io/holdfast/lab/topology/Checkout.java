package io.holdfast.lab.topology;

import io.holdfast.lab.net.LabFailure;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the checkout is, so that its {@code bin/…} can be run. */
public final class Checkout {
  private Checkout() {}

  /**
   * The checkout's root: the property {@code holdfast.home}, or the nearest folder above the
   * working folder that has a {@code lab} and a {@code pom.xml} in it.
   */
  public static Path root() {
    String told = System.getProperty("holdfast.home");
    if (told != null) {
      return Path.of(told);
    }
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("lab/pom.xml"))) {
        return folder;
      }
    }
    throw new LabFailure("not inside a checkout of Holdfast: " + Path.of("").toAbsolutePath());
  }

  /**
   * One of the programs in {@code bin}.
   *
   * @throws LabFailure when it is not there
   */
  public static Path program(String name) {
    Path program = root().resolve("bin").resolve(name);
    if (!Files.isExecutable(program)) {
      throw new LabFailure("no program " + program);
    }
    return program;
  }

  /** The jar of the agent that makes a JVM die in other ways than by a signal. */
  public static Path poisonAgent() {
    Path jar = root().resolve("lab/target/lab-0.1.0-poison.jar");
    if (!Files.exists(jar)) {
      throw new LabFailure("the lab is not built: no " + jar);
    }
    return jar;
  }
}
