package io.holdfast.lab.routes;

import io.holdfast.bgp.wire.nlri.Prefixes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Arguments of the mains: {@code --name value} and {@code --listen}. */
final class EndpointArguments {
  private final Map<String, String> values = new HashMap<>();

  /**
   * @throws IllegalArgumentException with one line for the user
   */
  EndpointArguments(String[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      if (!arguments[i].startsWith("--")) {
        throw new IllegalArgumentException("'" + arguments[i] + "' where an option belongs");
      }
      String name = arguments[i].substring(2);
      boolean flag = name.equals("listen");
      if (!flag && i + 1 == arguments.length) {
        throw new IllegalArgumentException("--" + name + " needs a value");
      }
      values.put(name, flag ? "" : arguments[++i]);
    }
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  String text(String name, @Nullable String otherwise) {
    String value = values.getOrDefault(name, otherwise);
    if (value == null) {
      throw new IllegalArgumentException("--" + name + " is missing");
    }
    return value;
  }

  long number(String name, @Nullable Long otherwise) {
    return Long.parseLong(text(name, otherwise == null ? null : otherwise.toString()));
  }

  int address(String name) {
    return Prefixes.parseAddress(text(name, null));
  }

  /** {@code --local --remote --port --as --id --hold}; only local and port may be absent. */
  BgpEndpoint.Settings settings() {
    return new BgpEndpoint.Settings(
        has("local") ? inet("local") : null,
        inet("remote"),
        (int) number("port", 179L),
        number("as", null),
        address("id"),
        (int) number("hold", 9L));
  }

  private InetAddress inet(String name) {
    try {
      return InetAddress.getByName(text(name, null));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("--" + name + ": " + e.getMessage(), e);
    }
  }

  /** {@code --patience} in seconds: how long to try until the session is Established. */
  Duration patience() {
    return Duration.ofSeconds(number("patience", 60L));
  }
}
