package io.holdfast.logstore.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.RaftOutter.EntryMeta;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Messages that protobuf takes and no member sends: the longest frames full of the smallest parts.
 */
@Timeout(120)
class RaftMessageTest {
  private static final int LONGEST = Limits.defaults().frame() - Frame.HEAD;

  /** A field that none of the messages has, number 500. */
  private static final byte[] UNKNOWN = {(byte) 0xa0, 0x1f, 1};

  private static final byte[] GROUP_BEGINS = {(byte) 0xa3, 0x1f};
  private static final byte[] GROUP_ENDS = {(byte) 0xa4, 0x1f};

  private static final AppendEntriesRequest APPEND =
      AppendEntriesRequest.newBuilder()
          .setGroupId("log")
          .setServerId("a:1")
          .setPeerId("b:1")
          .setTerm(1)
          .setPrevLogIndex(0)
          .setPrevLogTerm(0)
          .setCommittedIndex(0)
          .build();

  private static final InstallSnapshotRequest INSTALL =
      InstallSnapshotRequest.newBuilder()
          .setGroupId("log")
          .setServerId("a:1")
          .setPeerId("b:1")
          .setTerm(1)
          .setUri("u")
          .setMeta(SnapshotMeta.newBuilder().setLastIncludedIndex(1).setLastIncludedTerm(1))
          .build();

  private static Frame frame(int type, byte[] body) {
    return new Frame(
        ByteBuffer.allocate(Frame.HEAD + body.length)
            .put((byte) type)
            .putLong(1)
            .put(body)
            .array());
  }

  private static Frame request(RaftMessage exchange, byte[] body) {
    return frame(exchange.code(), body);
  }

  /** What stands in front of long data, behind it, and the data itself arrive as they were sent. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1_023, 1_024, 4_095, 4_096, 5_121, 262_144, 600_000})
  void dataOfAnyLengthArrivesAsItWasSent(int length) throws Exception {
    byte[] data = new byte[length];
    new Random(length).nextBytes(data);
    AppendEntriesRequest.Builder append = APPEND.toBuilder().setData(ByteString.copyFrom(data));
    for (int i = 0; i < length / 1_000; i++) {
      append.addEntries(
          EntryMeta.newBuilder().setTerm(i).setType(EntryType.ENTRY_TYPE_DATA).setDataLen(1_000));
    }
    assertThat(RaftMessage.APPEND.request(sent(RaftMessage.APPEND, append.build())))
        .isEqualTo(append.build());

    GetFileResponse piece =
        GetFileResponse.newBuilder()
            .setEof(false)
            .setReadSize(length)
            .setData(ByteString.copyFrom(data))
            .build();
    ByteBuf answer = RaftMessage.GET_FILE.answerFrame(UnpooledByteBufAllocator.DEFAULT, 7, piece);
    assertThat(RaftMessage.GET_FILE.answer(arrived(answer))).isEqualTo(piece);
  }

  private static Frame sent(RaftMessage exchange, Message message) throws BadFrameException {
    return arrived(exchange.requestFrame(UnpooledByteBufAllocator.DEFAULT, 7, message));
  }

  private static Frame arrived(ByteBuf bytes) throws BadFrameException {
    FrameAssembler assembler = new FrameAssembler(Limits.defaults());
    assembler.greeted();
    try {
      return Objects.requireNonNull(assembler.next(bytes));
    } finally {
      assertThat(bytes.isReadable()).isFalse();
      assertThat(bytes.release()).isTrue();
    }
  }

  /** A message, and behind it these bytes over and over. */
  private static byte[] followedBy(Message message, int length, byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(length);
    bytes.writeBytes(message.toByteArray());
    for (int i = 0; bytes.size() + parts[i % parts.length].length <= length; i++) {
      bytes.writeBytes(parts[i % parts.length]);
    }
    return bytes.toByteArray();
  }

  private static void refused(RaftMessage exchange, byte[] body, String why) {
    assertThatThrownBy(() -> exchange.request(request(exchange, body)))
        .isInstanceOfSatisfying(
            BadFrameException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.BAD_MESSAGE))
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "ERROR")
  void refusesGroupsInGroups(RaftMessage exchange) {
    byte[] deep = followedBy(ErrorResponse.getDefaultInstance(), LONGEST, GROUP_BEGINS);
    refused(exchange, deep, "a group");
    refused(exchange, followedBy(ErrorResponse.getDefaultInstance(), 10_000, GROUP_BEGINS), "");
  }

  @Test
  void refusesManyGroups() {
    refused(RaftMessage.APPEND, followedBy(APPEND, LONGEST, GROUP_BEGINS, GROUP_ENDS), "a group");
  }

  /** The form of CVE-2022-3171. */
  @Test
  void refusesAMessageThatAlternatesWithUnknownFields() {
    byte[] meta =
        InstallSnapshotRequest.newBuilder().setMeta(INSTALL.getMeta()).buildPartial().toByteArray();
    byte[] body = followedBy(INSTALL, LONGEST, UNKNOWN, meta);
    refused(RaftMessage.INSTALL_SNAPSHOT, body, "meta stands there twice");
  }

  @Test
  void refusesTheSameInAnAnswer() {
    RequestVoteResponse vote =
        RequestVoteResponse.newBuilder().setTerm(1).setGranted(false).build();
    byte[] error =
        RequestVoteResponse.newBuilder()
            .setErrorResponse(ErrorResponse.newBuilder().setErrorCode(1))
            .buildPartial()
            .toByteArray();
    byte[] body = followedBy(vote, LONGEST, error, UNKNOWN);
    assertThatThrownBy(
            () -> RaftMessage.VOTE.answer(frame(RaftMessage.VOTE.code() | Frame.ANSWER, body)))
        .isInstanceOf(BadFrameException.class)
        .hasMessageContaining("errorResponse stands there twice");
  }

  @Test
  void refusesFieldsWithoutEnd() {
    refused(RaftMessage.APPEND, followedBy(APPEND, LONGEST, UNKNOWN), "more than 65536 fields");
    byte[] emptyEntry = {7 << 3 | 2, 0};
    refused(RaftMessage.APPEND, followedBy(APPEND, LONGEST, emptyEntry), "more than 65536 fields");
    ByteString unknowns = ByteString.copyFrom(followedBy(entry(), LONGEST / 2, UNKNOWN));
    ByteString body =
        APPEND
            .toByteString()
            .concat(ByteString.copyFrom(new byte[] {7 << 3 | 2}))
            .concat(varint(unknowns.size()))
            .concat(unknowns);
    refused(RaftMessage.APPEND, body.toByteArray(), "more than 65536 fields");
  }

  private static ByteString varint(int value) {
    ByteString.Output bytes = ByteString.newOutput();
    int rest = value;
    for (; rest > 0x7f; rest >>>= 7) {
      bytes.write(rest & 0x7f | 0x80);
    }
    bytes.write(rest);
    return bytes.toByteString();
  }

  private static EntryMeta entry() {
    return EntryMeta.newBuilder()
        .setTerm(1)
        .setType(EntryType.ENTRY_TYPE_DATA)
        .setDataLen(500)
        .setChecksum(-1)
        .addAllPeers(List.of("10.0.0.1:7790", "10.0.0.2:7790", "10.0.0.3:7790"))
        .build();
  }

  @Test
  void takesTheGreatestAppendAndFieldsOfALaterBuild() throws Exception {
    AppendEntriesRequest.Builder append = APPEND.toBuilder();
    for (int i = 0; i < 1024; i++) {
      append.addEntries(entry());
    }
    AppendEntriesRequest greatest = append.setData(ByteString.copyFrom(new byte[16 << 20])).build();
    byte[] plain = greatest.toByteArray();
    assertThat(RaftMessage.APPEND.request(request(RaftMessage.APPEND, plain))).isEqualTo(greatest);
    byte[] later = followedBy(greatest, plain.length + 5 * UNKNOWN.length, UNKNOWN);
    Message read = RaftMessage.APPEND.request(request(RaftMessage.APPEND, later));
    assertThat(read.getAllFields()).isEqualTo(greatest.getAllFields());
  }
}
