package io.holdfast.logstore.rpc;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.PingRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages of Raft that may cross the wire: each request with the one answer that it may have,
 * beside {@link #ERROR}. What is not here can be neither sent nor received; JRaft's remote
 * administration (CliRequests) is left out on purpose, for a group's members change through the
 * control socket of a member.
 */
enum RaftMessage {
  PING(2, PingRequest.getDefaultInstance(), ErrorResponse.getDefaultInstance()),
  VOTE(3, RequestVoteRequest.getDefaultInstance(), RequestVoteResponse.getDefaultInstance()),
  APPEND(4, AppendEntriesRequest.getDefaultInstance(), AppendEntriesResponse.getDefaultInstance()),
  INSTALL_SNAPSHOT(
      5, InstallSnapshotRequest.getDefaultInstance(), InstallSnapshotResponse.getDefaultInstance()),
  GET_FILE(6, GetFileRequest.getDefaultInstance(), GetFileResponse.getDefaultInstance()),
  TIMEOUT_NOW(7, TimeoutNowRequest.getDefaultInstance(), TimeoutNowResponse.getDefaultInstance()),
  READ_INDEX(8, ReadIndexRequest.getDefaultInstance(), ReadIndexResponse.getDefaultInstance()),
  /** Only ever an answer, to any of the others. */
  ERROR(9, null, ErrorResponse.getDefaultInstance());

  /**
   * Fields of one message, those of the messages in it included. An append has up to 1,024 entries
   * with some four each.
   */
  private static final int MOST_FIELDS = 1 << 16;

  /** What is shorter, in bytes, can't become much, whatever is in it. */
  private static final int SMALL = 64 << 10;

  private static final @Nullable RaftMessage[] BY_CODE = new RaftMessage[Frame.FIRST_SERVICE];
  private static final Map<Class<?>, RaftMessage> BY_REQUEST = new HashMap<>();

  static {
    RaftProperties.set();
    for (RaftMessage each : values()) {
      BY_CODE[each.code] = each;
      if (each.request != null) {
        BY_REQUEST.put(each.request.getClass(), each);
      }
    }
  }

  private final int code;
  private final @Nullable Message request;
  private final Message answer;

  RaftMessage(int code, @Nullable Message request, Message answer) {
    this.code = code;
    this.request = request;
    this.answer = answer;
  }

  /** Its frame type, 2 to 63. */
  int code() {
    return code;
  }

  /** The exchange that such a request opens, or null if it may not be sent. */
  static @Nullable RaftMessage ofRequest(Object request) {
    return BY_REQUEST.get(request.getClass());
  }

  /** The exchange that requests of the class of this name open, or null if there is none. */
  static @Nullable RaftMessage ofRequestClass(String name) {
    for (Map.Entry<Class<?>, RaftMessage> each : BY_REQUEST.entrySet()) {
      if (each.getKey().getName().equals(name)) {
        return each.getValue();
      }
    }
    return null;
  }

  /** The exchange that a frame of this type opens, or null if there is none. */
  static @Nullable RaftMessage ofRequestType(int type) {
    RaftMessage found = type < BY_CODE.length ? BY_CODE[type] : null;
    return found == null || found.request == null ? null : found;
  }

  /** The request in a frame of this type. */
  Message request(Frame frame) throws BadFrameException {
    if (request == null) {
      throw new BadFrameException(Refusal.UNKNOWN_TYPE, "type " + code + " as a request");
    }
    return parse(request, frame);
  }

  /** The answer in a frame: the one of this exchange, or an error. */
  Message answer(Frame frame) throws BadFrameException {
    int type = frame.type() & ~Frame.ANSWER;
    if (type == ERROR.code) {
      return parse(ERROR.answer, frame);
    }
    if (type != code) {
      throw new BadFrameException(
          Refusal.UNKNOWN_TYPE, "type " + type + " in answer to type " + code);
    }
    return parse(answer, frame);
  }

  /** Frame of a request of this exchange. */
  ByteBuf requestFrame(ByteBufAllocator allocator, long id, Message message) {
    return FrameOutput.frame(allocator, code, id, message);
  }

  /**
   * Frame of an answer in this exchange.
   *
   * @throws IllegalArgumentException if it is neither the answer that this exchange has nor an
   *     error
   */
  ByteBuf answerFrame(ByteBufAllocator allocator, long id, Object message) {
    if (answer.getClass() == message.getClass()) {
      return FrameOutput.frame(allocator, code | Frame.ANSWER, id, (Message) message);
    }
    if (message instanceof ErrorResponse error) {
      return FrameOutput.frame(allocator, ERROR.code | Frame.ANSWER, id, error);
    }
    throw new IllegalArgumentException(message.getClass() + " is no answer to " + this);
  }

  /** Without a copy: the message's byte strings are parts of the frame's own array. */
  private static Message parse(Message prototype, Frame frame) throws BadFrameException {
    ByteString body =
        UnsafeByteOperations.unsafeWrap(frame.bytes(), Frame.HEAD, frame.bodyLength());
    try {
      checkShape(prototype, body);
      CodedInputStream in = body.newCodedInput();
      in.enableAliasing(true);
      Message message = prototype.getParserForType().parseFrom(in);
      in.checkLastTagWas(0);
      return message;
    } catch (IOException e) {
      throw new BadFrameException(
          Refusal.BAD_MESSAGE,
          "type " + frame.type() + ", " + frame.bodyLength() + " bytes: " + e.getMessage());
    }
  }

  /**
   * Refuses what is legal and no encoder writes, before anything is made of it. A message that
   * stands inside this one stands there once: many times over it would be merged, but in code
   * generated as JRaft's is that costs time and garbage beyond measure (CVE-2022-3171). Groups and
   * fields without end would become objects many times the size of their bytes.
   */
  private static void checkShape(Message prototype, ByteString body) throws IOException {
    Descriptor type = prototype.getDescriptorForType();
    boolean once = type.getFields().stream().anyMatch(RaftMessage::isSingle);
    if (once || body.size() > SMALL) {
      checkShape(type, body.newCodedInput(), MOST_FIELDS);
    }
  }

  /** Walks one message, and those in it; how many fields may still come. */
  private static int checkShape(Descriptor type, CodedInputStream in, int most) throws IOException {
    int left = most;
    Set<Integer> seen = new HashSet<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (--left < 0) {
        throw new InvalidProtocolBufferException("more than " + MOST_FIELDS + " fields");
      }
      int wireType = WireFormat.getTagWireType(tag);
      if (wireType == WireFormat.WIRETYPE_START_GROUP
          || wireType == WireFormat.WIRETYPE_END_GROUP) {
        throw new InvalidProtocolBufferException("a group, of which there are none");
      }
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      if (field == null
          || field.getJavaType() != JavaType.MESSAGE
          || wireType != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        in.skipField(tag);
        continue;
      }
      if (isSingle(field) && !seen.add(field.getNumber())) {
        throw new InvalidProtocolBufferException(field.getName() + " stands there twice");
      }
      int outer = in.pushLimit(in.readRawVarint32());
      left = checkShape(field.getMessageType(), in, left);
      in.popLimit(outer);
    }
    return left;
  }

  private static boolean isSingle(FieldDescriptor field) {
    return field.getJavaType() == JavaType.MESSAGE && !field.isRepeated();
  }
}
