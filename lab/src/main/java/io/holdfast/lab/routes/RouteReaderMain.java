package io.holdfast.lab.routes;

import io.holdfast.bgp.wire.nlri.Prefixes;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * Runs a {@link RouteReader}.
 *
 * <pre>
 *   --remote A [--local A] [--port 179] [--listen] --as N --id A [--hold 9] [--patience 60]
 * </pre>
 *
 * Commands on standard input: {@code count}, {@code digest}, {@code route P}, {@code await ROUTES
 * SECONDS} (until the table holds so many), {@code close}, {@code abort}; the end of the input is
 * {@code close}. Events: {@code established}, {@code count}, {@code digest}, {@code route}, {@code
 * awaited}, {@code refused}, {@code ended}. Exit codes as {@link RouteFeederMain}.
 */
public final class RouteReaderMain {
  private final JsonLines events;
  private final RouteReader reader;

  private RouteReaderMain(EndpointArguments arguments, JsonLines events) throws IOException {
    this.events = events;
    this.reader =
        RouteReader.start(
            arguments.settings(), arguments.has("listen"), arguments.patience(), this::ended);
    events.event("established", "peerAs", reader.endpoint().peer().asn());
  }

  private void ended(String reason) {
    events.event("ended", "reason", reason);
    Runtime.getRuntime().halt(reason.equals("closed here") ? 0 : 1);
  }

  /** See the class. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    JsonLines events = new JsonLines(new FileOutputStream(FileDescriptor.out));
    RouteReaderMain main;
    try {
      main = new RouteReaderMain(new EndpointArguments(arguments), events);
    } catch (IllegalArgumentException e) {
      events.event("refused", "reason", String.valueOf(e.getMessage()));
      Runtime.getRuntime().halt(2);
      return;
    } catch (IOException e) {
      events.event("ended", "reason", String.valueOf(e.getMessage()));
      Runtime.getRuntime().halt(1);
      return;
    }
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      main.obey(line.strip().split("\\s+"));
    }
    main.reader.close();
  }

  private void obey(String[] words) throws InterruptedException {
    try {
      switch (words[0].toLowerCase(Locale.ROOT)) {
        case "count" -> count("count");
        case "digest" ->
            events.event(
                "digest",
                "routes",
                reader.count().routes(),
                "digest",
                Long.toHexString(reader.digest()));
        case "route" ->
            events.event(
                "route",
                "prefix",
                words[1],
                "attributes",
                String.valueOf(reader.route(Prefixes.parse(words[1]))));
        case "await" -> {
          int routes = Integer.parseInt(words[1]);
          reader.await(
              count -> count.routes() == routes, Duration.ofSeconds(Long.parseLong(words[2])));
          count("awaited");
        }
        case "close" -> reader.close();
        case "abort" -> reader.endpoint().abort();
        default -> events.event("refused", "reason", "no command '" + words[0] + "'");
      }
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      events.event("refused", "reason", String.valueOf(e.getMessage()));
    }
  }

  private void count(String event) {
    RouteReader.Count count = reader.count();
    events.event(
        event,
        "routes",
        count.routes(),
        "updates",
        count.updates(),
        "announcements",
        count.announcements(),
        "withdrawals",
        count.withdrawals(),
        "validWithdrawals",
        count.validWithdrawals(),
        "endOfRibs",
        count.endOfRibs(),
        "notifications",
        count.notifications());
  }
}
