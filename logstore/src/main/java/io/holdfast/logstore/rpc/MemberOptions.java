package io.holdfast.logstore.rpc;

import com.alipay.sofa.jraft.option.NodeOptions;
import org.jspecify.annotations.Nullable;

/**
 * A node's options, and the transport that it speaks over: JRaft hands its options to the client it
 * makes, which finds the transport here. Note that {@link #copy} returns plain options without it.
 */
public final class MemberOptions extends NodeOptions {
  private final @Nullable Transport transport;

  /**
   * Options with JRaft's defaults.
   *
   * @param transport null for a member that is alone and reaches nobody
   */
  public MemberOptions(@Nullable Transport transport) {
    this.transport = transport;
  }

  public @Nullable Transport transport() {
    return transport;
  }
}
