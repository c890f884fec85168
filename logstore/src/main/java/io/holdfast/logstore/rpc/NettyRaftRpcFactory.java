package io.holdfast.logstore.rpc;

import com.alipay.sofa.jraft.rpc.RaftRpcFactory;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.SPI;
import org.jspecify.annotations.Nullable;

/**
 * Through which JRaft finds this transport, before its own (which needs libraries that are not
 * there). Found by name in {@code META-INF/services}.
 */
@SPI(priority = 10)
public final class NettyRaftRpcFactory implements RaftRpcFactory {

  static {
    RaftProperties.set();
  }

  /** Called by JRaft for every message class; ours are in a table that nobody adds to. */
  @Override
  public void registerProtobufSerializer(String className, Object... arguments) {
    // see RaftMessage
  }

  @Override
  public RpcClient createRpcClient(@Nullable ConfigHelper<RpcClient> helper) {
    RpcClient client = new RaftClient();
    if (helper != null) {
      helper.config(client);
    }
    return client;
  }

  /**
   * Not this way: JRaft names an endpoint only, and a server needs its transport.
   *
   * @throws UnsupportedOperationException always; make a {@link RaftServer}
   */
  @Override
  public RpcServer createRpcServer(Endpoint endpoint, @Nullable ConfigHelper<RpcServer> helper) {
    throw new UnsupportedOperationException(
        "a server for " + endpoint + " is made with its transport: new RaftServer(...)");
  }
}
