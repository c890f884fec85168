package io.holdfast.failover.linux;

/**
 * What the kernel's TCP knows about one connection (the fields of {@code struct tcp_info} that
 * somebody here asks for).
 *
 * @param state as in the kernel: {@link #ESTABLISHED} and so on, 1 to 12
 * @param options bits {@link #OPTION_TIMESTAMPS}, {@link #OPTION_SACK}, {@link
 *     #OPTION_WINDOW_SCALE}
 * @param sendWindowScale the peer's shift, 0 to 14
 * @param receiveWindowScale our shift, 0 to 14
 * @param sendMss bytes
 * @param receiveMss bytes
 * @param advertisedMss bytes
 * @param unackedSegments segments sent and not acknowledged
 * @param retransmits consecutive retransmission timeouts of the oldest segment
 * @param backoff exponent of the retransmission timer
 * @param rtoMicros the retransmission timeout
 * @param rttMicros smoothed round trip
 * @param rttVarMicros its variation
 * @param congestionWindow segments
 * @param totalRetransmits segments sent again since the connection began
 * @param bytesAcked by the peer, since the connection began (the SYN included)
 * @param bytesReceived in order, since the connection began
 * @param notSentBytes in the send queue and never sent
 * @param sendWindow the peer's window in bytes
 * @param receiveWindow ours in bytes; 0 where the kernel does not tell (before Linux 6.2)
 */
public record TcpInfo(
    int state,
    int options,
    int sendWindowScale,
    int receiveWindowScale,
    int sendMss,
    int receiveMss,
    int advertisedMss,
    int unackedSegments,
    int retransmits,
    int backoff,
    int rtoMicros,
    int rttMicros,
    int rttVarMicros,
    int congestionWindow,
    int totalRetransmits,
    long bytesAcked,
    long bytesReceived,
    int notSentBytes,
    int sendWindow,
    int receiveWindow) {
  public static final int ESTABLISHED = 1;
  public static final int SYN_SENT = 2;
  public static final int SYN_RECEIVED = 3;
  public static final int FIN_WAIT_1 = 4;
  public static final int FIN_WAIT_2 = 5;
  public static final int TIME_WAIT = 6;
  public static final int CLOSED = 7;
  public static final int CLOSE_WAIT = 8;
  public static final int LAST_ACK = 9;
  public static final int LISTEN = 10;
  public static final int CLOSING = 11;

  public static final int OPTION_TIMESTAMPS = 1;
  public static final int OPTION_SACK = 2;
  public static final int OPTION_WINDOW_SCALE = 4;
}
