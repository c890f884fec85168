package io.holdfast.failover.north;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.PeerSpec;
import io.holdfast.failover.records.ServiceSpec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameAssemblerTest {
  private static final ByteBufAllocator ALLOC = ByteBufAllocator.DEFAULT;

  /** Writes down the frames of both sides, one line each. */
  private static final class Lines extends FrameAssembler implements FailoverFrames {
    final HandMadePipeline speaker = new HandMadePipeline();
    final List<String> lines = new ArrayList<>();
    final List<String> violations = new ArrayList<>();
    private final NorthCodec codec = new NorthCodec();
    private final boolean fromSpeaker;

    Lines(boolean fromSpeaker) {
      super(fromSpeaker);
      this.fromSpeaker = fromSpeaker;
    }

    @Override
    protected void frame(FrameType type, ByteBuf body) {
      if (fromSpeaker) {
        codec.decode(type, body, new SpeakerLines(speaker));
      } else {
        codec.decode(type, body, this);
      }
    }

    @Override
    protected void violation(String reason) {
      violations.add(reason);
    }

    @Override
    public void welcome(long epoch, long replayStart, long attachedAt) {
      lines.add("welcome " + epoch + " " + replayStart + " " + attachedAt);
    }

    @Override
    public void records(long position, ByteBuf records) {
      lines.add("records " + position + " " + ByteBufUtil.hexDump(records));
    }

    @Override
    public void credit(long connection, long offset) {
      lines.add("credit " + connection + " " + offset);
    }

    @Override
    public void connectFailed(long request, String reason) {
      lines.add("connectFailed " + request + " " + reason);
    }

    @Override
    public void refused(String reason) {
      lines.add("refused " + reason);
    }
  }

  /** The frames of a speaker on channel 0, without the places in the protocol. */
  private record SpeakerLines(HandMadePipeline pipeline) implements SpeakerFrames {
    @Override
    public void hello(int protocolVersion, String service, String build) {
      pipeline.hello(0, service, build, protocolVersion);
    }

    @Override
    public void register(ServiceSpec service) {
      pipeline.register(0, service);
    }

    @Override
    public void attach() {
      pipeline.attach(0);
    }

    @Override
    public void folded(long position, boolean active) {
      pipeline.said.add("0 folded " + position + " " + active);
    }

    @Override
    public void output(long sequence, boolean last, long[] connections, int count, ByteBuf bytes) {
      pipeline.output(0, sequence, last, connections, count, bytes);
    }

    @Override
    public void connect(long request, Endpoint remote, InetAddress local, int ttl) {
      pipeline.connect(0, request, remote, local, ttl);
    }

    @Override
    public void close(long connection, CloseMode mode) {
      pipeline.close(0, connection, mode);
    }

    @Override
    public void arm(long connection, Armed armed) {
      pipeline.arm(0, connection, armed);
    }

    @Override
    public void note(ByteBuf bytes) {
      pipeline.note(0, bytes);
    }
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static byte[] speech() {
    Armed armed = new Armed(true, new byte[19], 3_000, 9_000, new byte[21], new byte[21]);
    ServiceSpec spec =
        new ServiceSpec("bgp", 179, List.of(new PeerSpec(address("::1"), address("::"), 179)));
    ByteBuf all = Unpooled.buffer();
    all.writeBytes(NorthCodec.hello(ALLOC, "bgp", "0.1.0"));
    all.writeBytes(NorthCodec.register(ALLOC, spec));
    all.writeBytes(NorthCodec.attach(ALLOC));
    all.writeBytes(NorthCodec.folded(ALLOC, 77, true));
    all.writeBytes(NorthCodec.outputHeader(ALLOC, 1, true, new long[] {3, 4}, 2));
    all.writeBytes(new byte[] {8, 9});
    Endpoint peer = Endpoint.of(address("2001:db8::7"), 179);
    all.writeBytes(NorthCodec.connect(ALLOC, 5, peer, address("::"), 255));
    all.writeBytes(NorthCodec.close(ALLOC, 3, CloseMode.ORDERLY));
    all.writeBytes(NorthCodec.arm(ALLOC, 3, armed));
    all.writeBytes(NorthCodec.note(ALLOC, new byte[] {7}));
    return ByteBufUtil.getBytes(all);
  }

  private static final List<String> SPOKEN =
      List.of(
          "0 hello bgp 0.1.0 1",
          "0 register ServiceSpec[name=bgp, port=179, peers=[PeerSpec[remote=/0:0:0:0:0:0:0:1,"
              + " local=/0:0:0:0:0:0:0:0, port=179]]]",
          "0 attach",
          "0 folded 77 true",
          "0 output 1 last=true [3, 4] 0809",
          "0 connect 5 [2001:db8:0:0:0:0:0:7]:179 /0:0:0:0:0:0:0:0 255",
          "0 close 3 ORDERLY",
          "0 arm 3 Armed[19 bytes each 3000 ms, silence limit 9000 ms, farewells of 21 and 21"
              + " bytes]",
          "0 note 07");

  private static Lines feed(boolean fromSpeaker, byte[] bytes, int step) {
    Lines lines = new Lines(fromSpeaker);
    EmbeddedChannel channel = new EmbeddedChannel(lines);
    for (int at = 0; at < bytes.length; at += step) {
      int length = Math.min(step, bytes.length - at);
      channel.writeInbound(Unpooled.copiedBuffer(bytes, at, length));
    }
    channel.finishAndReleaseAll();
    return lines;
  }

  @Test
  void readsEveryFrameOfASpeakerHoweverItIsCut() {
    byte[] speech = speech();
    for (int step = 1; step <= speech.length; step++) {
      Lines lines = feed(true, speech, step);
      assertThat(lines.violations).isEmpty();
      assertThat(lines.speaker.said).as("in steps of %d", step).containsExactlyElementsOf(SPOKEN);
    }
  }

  @Test
  void readsEveryFrameOfFailoverd() {
    ByteBuf records = Unpooled.buffer(32).writeZero(NorthCodec.RECORDS_HEADER_LENGTH);
    records.writeBytes(new byte[] {1, 2, 3});
    NorthCodec.recordsHeader(records, 99, 3);
    ByteBuf all = Unpooled.buffer();
    all.writeBytes(NorthCodec.welcome(ALLOC, 4, 5, 6));
    all.writeBytes(records);
    all.writeBytes(NorthCodec.credit(ALLOC, 7, 8));
    all.writeBytes(NorthCodec.connectFailed(ALLOC, 9, "refused by the peer"));
    all.writeBytes(NorthCodec.refused(ALLOC, "ü".repeat(2_000)));
    byte[] bytes = ByteBufUtil.getBytes(all);
    for (int step : new int[] {1, 3, 64, bytes.length}) {
      Lines lines = feed(false, bytes, step);
      assertThat(lines.violations).isEmpty();
      assertThat(lines.lines)
          .containsExactly(
              "welcome 4 5 6",
              "records 99 010203",
              "credit 7 8",
              "connectFailed 9 refused by the peer",
              "refused " + "ü".repeat(512));
    }
  }

  @Test
  void refusesFramesThatAreNoneAtTheirHeader() {
    assertThat(violation(true, 0x7fff_ffff, 1)).contains("2147483647 bytes");
    assertThat(violation(true, 0xffff_ffff, 1)).contains("4294967295 bytes");
    assertThat(violation(true, 0, 1)).contains("0 bytes");
    assertThat(violation(true, 1 << 20, FrameType.FOLDED.code())).contains("FOLDED of 1048575");
    assertThat(violation(true, 4, FrameType.FOLDED.code())).contains("FOLDED of 3");
    assertThat(violation(true, 25, FrameType.WELCOME.code())).contains("WELCOME");
    assertThat(violation(false, 10, FrameType.FOLDED.code())).contains("FOLDED");
    assertThat(violation(true, 10, 63)).contains("type 63");
    assertThat(violation(true, 10, 255)).contains("type 255");
  }

  private static String violation(boolean fromSpeaker, int length, int type) {
    byte[] header = ByteBufUtil.getBytes(Unpooled.buffer().writeInt(length).writeByte(type));
    return String.join(",", feed(fromSpeaker, header, header.length).violations);
  }

  @Test
  void refusesAProtocolOfAnotherVersion() {
    ByteBuf hello = NorthCodec.hello(ALLOC, "bgp", "9").setShort(NorthCodec.HEADER_LENGTH, 2);
    byte[] bytes = ByteBufUtil.getBytes(hello);
    hello.release();
    assertThat(feed(true, bytes, bytes.length).violations)
        .containsExactly("protocol version 2, this failoverd speaks 1");
  }

  @Test
  void makesAViolationOfAnyNoiseAndNothingWorse() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] speech = speech();
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = speech.clone();
      if (round % 4 == 0) {
        bytes = new byte[random.nextInt(64)];
        random.nextBytes(bytes);
      }
      for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        feed(round % 2 == 0, bytes, 1 + random.nextInt(100));
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ", round " + round, e);
      }
    }
  }
}
