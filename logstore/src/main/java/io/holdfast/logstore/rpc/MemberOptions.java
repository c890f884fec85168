package io.holdfast.logstore.rpc;

import com.alipay.sofa.jraft.option.NodeOptions;

/**
 * A node's options, and the transport that it speaks over: JRaft hands its options to the client it
 * makes, which finds the transport here. Note that {@link #copy} returns plain options without it.
 */
public final class MemberOptions extends NodeOptions {
  private final Transport transport;

  public MemberOptions(Transport transport) {
    this.transport = transport;
  }

  public Transport transport() {
    return transport;
  }
}
