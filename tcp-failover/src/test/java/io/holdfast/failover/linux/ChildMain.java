package io.holdfast.failover.linux;

import java.util.List;

/** What a test does in a process of its own, because it needs other privileges or another life. */
public final class ChildMain {
  private ChildMain() {}

  /** The command line that runs {@link #main} with these arguments. */
  static String command(String... arguments) {
    return System.getProperty("java.home")
        + "/bin/java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp "
        + System.getProperty("java.class.path")
        + " "
        + ChildMain.class.getName()
        + " "
        + String.join(" ", arguments);
  }

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "open-queue" -> {
        try (NetfilterQueue queue = NetfilterQueue.open(7, 10)) {
          System.out.println("opened " + queue.number());
        } catch (LinuxException refused) {
          System.out.println(refused.getMessage());
        }
      }
      case "check-platform" -> {
        List<String> problems = PlatformCheck.problems(true);
        problems.forEach(System.out::println);
        System.out.println("problems: " + problems.size());
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }
}
