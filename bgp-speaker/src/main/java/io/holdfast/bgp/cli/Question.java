package io.holdfast.bgp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.control.ControlClient;
import io.holdfast.logstore.control.ControlException;
import io.holdfast.logstore.control.ControlUnreachableException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands share that ask a daemon. */
abstract class Question implements java.util.concurrent.Callable<Integer> {

  static final JsonMapper JSON = new JsonMapper();

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Which daemon. */
  enum Daemon {
    BGPD("bgpd.control"),
    FAILOVERD("failoverd.control");

    private final String socket;

    Daemon(String socket) {
      this.socket = socket;
    }
  }

  @Option(names = "--json", description = "Print the daemon's answer as JSON.")
  boolean json;

  @Spec CommandSpec spec = CommandSpec.create();

  private final Daemon daemon;
  private final String command;

  Question(Daemon daemon, String command) {
    this.daemon = daemon;
    this.command = command;
  }

  /** What is asked. */
  ObjectNode arguments() {
    return JSON.createObjectNode();
  }

  /** Prints {@code result} for a person. */
  abstract void show(JsonNode result, PrintWriter out);

  /** The exit code of an answer. */
  int exit(JsonNode result) {
    return Exit.OK;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      Path socket = Where.folders(spec).runtimeDirectory().resolve(daemon.socket);
      try (ControlClient client = ControlClient.connect(socket, PATIENCE)) {
        JsonNode result = client.ask(command, arguments());
        if (json) {
          out.println(versioned(result));
        } else {
          show(result, out);
        }
        out.flush();
        return exit(result);
      }
    } catch (ConfigException e) {
      err.println(e.getMessage());
      return Exit.USAGE;
    } catch (ControlUnreachableException e) {
      err.println("holdfast: " + e.getMessage());
      return Exit.UNREACHABLE;
    } catch (ControlException e) {
      err.println("holdfast: " + Table.printable(String.valueOf(e.getMessage())));
      return Exit.NEGATIVE;
    }
  }

  /** The answer with the version of its schema in front. */
  static ObjectNode versioned(JsonNode result) {
    ObjectNode versioned = JSON.createObjectNode().put("version", 1);
    if (result instanceof ObjectNode object) {
      versioned.setAll(object);
    }
    return versioned;
  }
}
