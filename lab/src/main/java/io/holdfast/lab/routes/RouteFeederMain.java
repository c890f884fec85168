package io.holdfast.lab.routes;

import io.holdfast.bgp.wire.message.MessageCodec;
import io.holdfast.bgp.wire.message.SessionOptions;
import io.holdfast.bgp.wire.message.Update;
import io.holdfast.bgp.wire.nlri.Nlri;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Runs a {@link RouteFeeder}.
 *
 * <pre>
 *   --remote A [--local A] [--port 179] [--listen] --as N --id A [--hold 9] [--patience 60]
 *   --next-hop A  and  --generate N [--seed 1]  or  --mrt FILE [--peer 0],  [--limit N]
 * </pre>
 *
 * Commands on standard input: {@code feed}, {@code withdraw-all}, {@code announce P,P…} (with the
 * attributes of the table's first set), {@code withdraw P,P…}, {@code close}, {@code abort}; the
 * end of the input is {@code close}. Events: {@code table}, {@code established}, {@code fed},
 * {@code sent}, {@code refused}, {@code ended}. Exit code 0 after {@code close}, 1 when the session
 * ended otherwise or never began, 2 for wrong arguments.
 */
public final class RouteFeederMain {
  private final JsonLines events;
  private final RouteTable table;
  private final RouteFeeder feeder;

  private RouteFeederMain(EndpointArguments arguments, JsonLines events) throws IOException {
    this.events = events;
    this.table = table(arguments);
    events.event(
        "table",
        "prefixes",
        table.size(),
        "sets",
        table.groups().size(),
        "digest",
        Long.toHexString(table.digest()));
    this.feeder =
        RouteFeeder.start(
            arguments.settings(), arguments.has("listen"), arguments.patience(), this::ended);
    events.event("established", "peerAs", feeder.endpoint().peer().asn());
  }

  private void ended(String reason) {
    events.event("ended", "reason", reason);
    Runtime.getRuntime().halt(reason.equals("closed here") ? 0 : 1);
  }

  private static RouteTable table(EndpointArguments arguments) throws IOException {
    RouteTable table =
        arguments.has("mrt")
            ? MrtTable.read(
                Path.of(arguments.text("mrt", null)), (int) arguments.number("peer", 0L))
            : TableGenerator.generate(
                arguments.number("seed", 1L), (int) arguments.number("generate", 0L));
    if (arguments.has("limit")) {
      table = table.first((int) arguments.number("limit", null));
    }
    return table.announcedBy(arguments.number("as", null), arguments.address("next-hop"));
  }

  /** See the class. */
  public static void main(String[] arguments) throws IOException {
    JsonLines events = new JsonLines(new FileOutputStream(FileDescriptor.out));
    RouteFeederMain main;
    try {
      main = new RouteFeederMain(new EndpointArguments(arguments), events);
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
    main.feeder.close();
  }

  private void obey(String[] words) throws IOException {
    try {
      SessionOptions options = feeder.endpoint().options();
      switch (words[0].toLowerCase(Locale.ROOT)) {
        case "feed" -> feed();
        case "withdraw-all" -> send(table.withdrawals(options));
        case "announce" ->
            send(Update.announce(table.groups().getFirst().attributes(), nlri(words[1])));
        case "withdraw" -> send(Update.withdraw(nlri(words[1])));
        case "close" -> feeder.close();
        case "abort" -> feeder.endpoint().abort();
        default -> events.event("refused", "reason", "no command '" + words[0] + "'");
      }
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      events.event("refused", "reason", String.valueOf(e.getMessage()));
    }
  }

  private void feed() throws IOException {
    long start = System.nanoTime();
    feeder.feed(table);
    events.event("fed", "prefixes", table.size(), "took", (System.nanoTime() - start) / 1_000_000);
  }

  private static Nlri nlri(String list) {
    return Nlri.of(Arrays.stream(list.split(",")).mapToLong(Prefixes::parse).toArray());
  }

  private void send(Update update) throws IOException {
    ByteBuf out = Unpooled.buffer();
    MessageCodec.encode(update, feeder.endpoint().options(), out);
    send(ByteBufUtil.getBytes(out));
  }

  private void send(byte[] messages) throws IOException {
    feeder.send(messages);
    events.event("sent", "octets", messages.length);
  }
}
