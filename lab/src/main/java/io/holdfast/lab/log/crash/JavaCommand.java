package io.holdfast.lab.log.crash;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the processes of a run are started: with this JVM's class path, and flags that keep the start
 * short and the memory small.
 *
 * @param flags in addition to those that every member has
 */
record JavaCommand(List<String> flags) {
  private static final List<String> COMMON =
      List.of(
          "-XX:+UseSerialGC",
          "-Xshare:auto",
          "-XX:-CreateCoredumpOnCrash",
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:-UsePerfData",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Dio.netty.machineId=02:00:00:00:00:00:00:01");

  /** Makes the list immutable. */
  JavaCommand {
    flags = List.copyOf(flags);
  }

  /** For processes that live for a second: they never get to their best code. */
  static JavaCommand shortLived() {
    return new JavaCommand(List.of("-XX:TieredStopAtLevel=1", "-Xmx96m", "-Xss512k"));
  }

  JavaCommand with(String flag) {
    List<String> more = new ArrayList<>(flags);
    more.add(flag);
    return new JavaCommand(more);
  }

  List<String> of(Class<?> main) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(COMMON);
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    return command;
  }
}
