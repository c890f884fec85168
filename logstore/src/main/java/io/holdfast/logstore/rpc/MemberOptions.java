package io.holdfast.logstore.rpc;

import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.option.NodeOptions;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A node's options, and the transport that it speaks over: JRaft hands its options to the client it
 * makes, which finds the transport here. Note that {@link #copy} returns plain options without it.
 */
public final class MemberOptions extends NodeOptions {
  private final @Nullable Transport transport;
  private final BooleanSupplier mayStand;
  private volatile @Nullable ReplicatorGroup replicators;

  /** A member that may always stand for election. */
  public MemberOptions(@Nullable Transport transport) {
    this(transport, () -> true);
  }

  /** While {@code mayStand} is false nobody is asked for a vote. */
  public MemberOptions(@Nullable Transport transport, BooleanSupplier mayStand) {
    this.transport = transport;
    this.mayStand = mayStand;
  }

  /** What the node sends its entries by, once the node has begun; else null. */
  public @Nullable ReplicatorGroup replicators() {
    return replicators;
  }

  void replicators(@Nullable ReplicatorGroup group) {
    replicators = group;
  }

  /** Whether others may be asked for their votes. */
  boolean mayStand() {
    return mayStand.getAsBoolean();
  }

  public @Nullable Transport transport() {
    return transport;
  }
}
