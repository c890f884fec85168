package io.holdfast.bgp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bin/... do before there is a JVM; a JDK of text files stands in for the real one. */
class ScriptsTest {

  @TempDir Path folder;
  private Path home;

  @BeforeEach
  void copyTheScripts() throws Exception {
    home = Files.createDirectories(folder.resolve("home"));
    Path bin = Files.createDirectories(home.resolve("bin"));
    for (String name : new String[] {"java.sh", "holdfast", "bgpd", "failoverd", "logd"}) {
      Path copy = Files.copy(Path.of("../bin").resolve(name), bin.resolve(name));
      assertThat(copy.toFile().setExecutable(true)).isTrue();
    }
  }

  private Path jdk(String version) throws Exception {
    Path jdk = Files.createDirectories(folder.resolve("jdk-" + version));
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(
        jdk.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    Path java = Files.writeString(jdk.resolve("bin/java"), "#!/bin/sh\necho \"$$\" \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    return jdk;
  }

  private void jars(String... names) throws Exception {
    Path lib = Files.createDirectories(home.resolve("bgp-speaker/target/lib"));
    for (String name : names) {
      Files.writeString(lib.resolve(name), "");
    }
  }

  @Test
  void becomesTheJvmWithTheJarsInOrder() throws Exception {
    jars("b.jar", "a.jar");
    Path link = Files.createSymbolicLink(folder.resolve("hf"), home.resolve("bin/bgpd"));
    Run run = run(jdk("25.0.1"), link, "--config", "a b.yaml");
    Path lib = home.resolve("bgp-speaker/target/lib");
    assertThat(run.exit).isZero();
    assertThat(run.output)
        .startsWith(run.pid + " -XX:+UseSerialGC")
        .contains("-Xmx512m", "-Xshare:auto", "-Dholdfast.home=" + home + " ", " -Dx=1 ")
        .contains("-cp " + lib + "/a.jar:" + lib + "/b.jar io.holdfast.bgp.daemon.Bgpd")
        .endsWith("--config a b.yaml\n");
  }

  @Test
  void usesTheAotCacheThatIsThere() throws Exception {
    jars("a.jar", "failoverd.aot");
    Run run = run(jdk("26"), home.resolve("bin/failoverd"));
    assertThat(run.output)
        .contains("-XX:AOTCache=" + home + "/bgp-speaker/target/lib/failoverd.aot");
  }

  @Test
  void saysThatNothingIsBuilt() throws Exception {
    Run run = run(jdk("25"), home.resolve("bin/holdfast"));
    assertThat(run.exit).isEqualTo(2);
    assertThat(run.output).hasLineCount(1).contains("no jars in", "build first");
  }

  @Test
  void passesOverAnOlderJdk() throws Exception {
    jars("a.jar");
    Path old = jdk("17.0.15");
    Run run = run(old, home.resolve("bin/holdfast"), "--version");
    // This machine has a JDK 25 somewhere, for this test runs on it; the old one must not be used.
    assertThat(run.output).doesNotStartWith(run.pid + " ");
  }

  private record Run(long pid, int exit, String output) {}

  private Run run(Path javaHome, Path script, String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(script.toString()).redirectErrorStream(true);
    builder.command().addAll(java.util.List.of(arguments));
    builder.environment().put("JAVA_HOME", javaHome.toString());
    builder.environment().put("HOLDFAST_JAVA_OPTIONS", "-Dx=1");
    builder.environment().remove("HOLDFAST_AOT_OUTPUT");
    Process process = builder.directory(folder.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Run(process.pid(), process.exitValue(), output);
  }
}
