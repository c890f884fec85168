package io.holdfast.lab.routes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Events as JSON objects, one a line. Any thread. */
final class JsonLines {
  private final ObjectMapper mapper = new ObjectMapper();
  private final PrintStream out;

  JsonLines(java.io.OutputStream out) {
    this.out = new PrintStream(out, true, StandardCharsets.UTF_8);
  }

  /** Writes {@code {"event": name, "millis": since 1970, ...}}; pairs are name, value, … */
  void event(String name, Object... pairs) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("event", name);
    event.put("millis", System.currentTimeMillis());
    for (int i = 0; i < pairs.length; i += 2) {
      event.put(pairs[i].toString(), pairs[i + 1]);
    }
    try {
      out.println(mapper.writeValueAsString(event));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an event is always JSON", e);
    }
  }
}
