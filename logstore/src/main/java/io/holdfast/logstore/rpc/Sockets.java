package io.holdfast.logstore.rpc;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.ssl.SslHandler;

/** How the sockets of both sides are set. */
final class Sockets {
  /** Encrypted bytes that wait for the socket; what is beyond stays plain in the link. */
  private static final WriteBufferWaterMark ENCRYPTED =
      new WriteBufferWaterMark(512 << 10, 1 << 20);

  /**
   * A line that acknowledges nothing for so long is closed: after a partition a new connection is
   * there at once, while TCP's own next attempt on the old one may be many seconds away.
   */
  private static final int UNACKNOWLEDGED_MILLIS = 5_000;

  private static final int IDLE_SECONDS = 15;
  private static final int PROBE_SECONDS = 5;
  private static final int PROBES = 3;
  private static final int LARGEST_READ = 256 << 10;

  /** How long a goodbye may wait for a peer that does not read. */
  private static final int FAREWELL_MILLIS = 500;

  private Sockets() {}

  /** Sets the socket, and puts TLS and the frames into its pipeline. */
  static void configure(Channel channel, SslHandler tls, Limits limits) {
    tls.setCloseNotifyFlushTimeoutMillis(FAREWELL_MILLIS);
    channel.pipeline().addLast(tls).addLast(new FrameDecoder(limits));
    configure(channel);
  }

  private static void configure(Channel channel) {
    ChannelConfig config = channel.config();
    config.setOption(ChannelOption.TCP_NODELAY, true);
    config.setOption(ChannelOption.SO_KEEPALIVE, true);
    config.setOption(EpollChannelOption.TCP_KEEPIDLE, IDLE_SECONDS);
    config.setOption(EpollChannelOption.TCP_KEEPINTVL, PROBE_SECONDS);
    config.setOption(EpollChannelOption.TCP_KEEPCNT, PROBES);
    config.setOption(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS);
    config.setWriteBufferWaterMark(ENCRYPTED);
    config.setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(512, 16 << 10, LARGEST_READ));
  }
}
