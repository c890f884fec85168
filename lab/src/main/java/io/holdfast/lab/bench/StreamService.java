package io.holdfast.lab.bench;

import io.holdfast.failover.north.CloseMode;
import io.holdfast.failover.north.client.NorthClient;
import io.holdfast.failover.north.client.NorthEvents;
import io.holdfast.failover.records.Opened;
import io.holdfast.failover.records.PeerSpec;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A service that swallows, pours or echoes bytes; once on the failover layer ({@code protected}),
 * once on a plain socket ({@code plain}), so that one client can compare them.
 *
 * <p>A client says what it wants in 9 bytes: an order ({@code U}pload, {@code D}ownload) and a
 * count of bytes, big-endian. Upload: the count follows, and one byte {@code K} is the answer when
 * all of it has arrived at the service. Download: the count is sent. Then the next order.
 *
 * <p>{@code StreamService protected NORTH_SOCKET PORT PEER} or {@code StreamService plain PORT}.
 * Prints {@code ready} when it serves; runs until it is killed.
 */
public final class StreamService {
  static final int ORDER_LENGTH = 9;
  static final byte UPLOAD = 'U';
  static final byte DOWNLOAD = 'D';
  static final byte DONE = 'K';
  private static final int BLOCK = 64 * 1024;

  private StreamService() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 4 && arguments[0].equals("protected")) {
      Path socket = Path.of(arguments[1]);
      int port = Integer.parseInt(arguments[2]);
      serveProtected(socket, port, InetAddress.getByName(arguments[3]));
    } else if (arguments.length == 2 && arguments[0].equals("plain")) {
      servePlain(Integer.parseInt(arguments[1]));
    } else {
      throw new IllegalArgumentException("protected SOCKET PORT PEER, or plain PORT");
    }
  }

  private static void serveProtected(Path socket, int port, InetAddress peer)
      throws InterruptedException {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    EventLoop loop = group.next();
    InetAddress any = new InetSocketAddress(0).getAddress();
    ServiceSpec spec = new ServiceSpec("stream", port, List.of(new PeerSpec(peer, any, 0)));
    Protected service = new Protected();
    service.client = NorthClient.open(loop, socket, spec, "lab stream service", service);
    new CountDownLatch(1).await();
  }

  private static void ready() {
    System.out.println("ready");
    System.out.flush();
  }

  /** What one connection is in the middle of. */
  private static final class Dialogue {
    final ByteBuffer order = ByteBuffer.allocate(ORDER_LENGTH);
    long toCome;
    long toSend;
    long sent;
  }

  /** The service on the north channel. One thread: the event loop. */
  private static final class Protected implements NorthEvents {
    private final Map<Long, Dialogue> dialogues = new HashMap<>();
    private final ByteBuf block = Unpooled.directBuffer(BLOCK).writeZero(BLOCK);
    @Nullable NorthClient client;
    private long attachedAt = Long.MAX_VALUE;

    @Override
    public void welcome(long epoch, long replayStart, long attachedAt) {
      this.attachedAt = attachedAt;
      dialogues.clear();
    }

    @Override
    public void record(long position, RecordFlyweight record) {
      NorthClient to = client;
      RecordKind kind = RecordKind.of(record.kindCode());
      if (to == null || kind == null) {
        return;
      }
      switch (kind) {
        case OPENED -> {
          if (Opened.decode(record, position).service().equals("stream")) {
            dialogues.put(record.stream(), new Dialogue());
          }
        }
        case RECEIVED -> received(to, record);
        case PEER_CLOSED -> to.close(record.stream(), CloseMode.ORDERLY);
        case CLOSED -> dialogues.remove(record.stream());
        default -> {}
      }
      if (position == attachedAt) {
        to.becameActive();
        ready();
      }
    }

    private void received(NorthClient to, RecordFlyweight record) {
      Dialogue dialogue = dialogues.get(record.stream());
      if (dialogue == null) {
        return;
      }
      int at = record.payloadIndex();
      int end = at + record.payloadLength();
      while (at < end) {
        if (dialogue.toCome > 0) {
          long n = Math.min(dialogue.toCome, end - at);
          dialogue.toCome -= n;
          at += (int) n;
          if (dialogue.toCome == 0) {
            dialogue.sent++;
            to.send(record.stream(), Unpooled.wrappedBuffer(new byte[] {DONE}), false);
          }
        } else {
          dialogue.order.put(record.buffer().get(at++));
          if (!dialogue.order.hasRemaining()) {
            order(dialogue);
            pour(to, record.stream(), dialogue, to.credit(record.stream()));
          }
        }
      }
    }

    private static void order(Dialogue dialogue) {
      dialogue.order.flip();
      byte kind = dialogue.order.get();
      long count = dialogue.order.getLong();
      dialogue.order.clear();
      if (kind == UPLOAD) {
        dialogue.toCome = count;
      } else {
        dialogue.toSend += count;
      }
    }

    private void pour(NorthClient to, long connection, Dialogue dialogue, long allowed) {
      while (dialogue.toSend > 0 && dialogue.sent < allowed) {
        int n = (int) Math.min(Math.min(dialogue.toSend, BLOCK), allowed - dialogue.sent);
        to.send(connection, block.retainedSlice(0, n), false);
        dialogue.sent += n;
        dialogue.toSend -= n;
      }
    }

    @Override
    public void credit(long connection, long offset) {
      Dialogue dialogue = dialogues.get(connection);
      NorthClient to = client;
      if (dialogue != null && to != null) {
        pour(to, connection, dialogue, offset);
      }
    }

    @Override
    public void connectFailed(long request, String reason) {}

    @Override
    public void refused(String reason) {
      System.err.println("refused: " + reason);
    }

    @Override
    public void lost(String reason) {
      System.err.println("lost: " + reason);
    }
  }

  // ---- the same on plain sockets ----

  private static void servePlain(int port) throws IOException {
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(port));
      ready();
      while (true) {
        Socket socket = server.accept();
        var _ = Thread.ofPlatform().daemon().start(() -> dialogue(socket));
      }
    }
  }

  private static void dialogue(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      byte[] block = new byte[BLOCK];
      for (byte[] order = in.readNBytes(ORDER_LENGTH);
          order.length == ORDER_LENGTH;
          order = in.readNBytes(ORDER_LENGTH)) {
        long count = ByteBuffer.wrap(order, 1, 8).getLong();
        if (order[0] == UPLOAD) {
          for (long left = count; left > 0; ) {
            int n = in.read(block, 0, (int) Math.min(left, BLOCK));
            if (n < 0) {
              return;
            }
            left -= n;
          }
          out.write(DONE);
        } else {
          for (long left = count; left > 0; left -= Math.min(left, BLOCK)) {
            out.write(block, 0, (int) Math.min(left, BLOCK));
          }
        }
      }
    } catch (IOException e) {
      System.err.println("client lost: " + e.getMessage());
    }
  }
}
