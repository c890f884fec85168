package io.holdfast.logstore.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.util.RpcFactoryHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JRaft runs on what we gave it (see {@link GroupTest}) and on nothing of its own. */
class ClassPathTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.alipay.remoting.rpc.RpcClient",
        "com.caucho.hessian.io.Hessian2Input",
        "com.alipay.hessian.ClassNameResolver",
        "com.alipay.sofa.common.log.LoggerSpaceManager",
        "org.rocksdb.RocksDB",
        "com.google.common.base.Joiner",
        "org.objectweb.asm.ClassReader",
        "javax.annotation.Nonnull"
      })
  void isNotThere(String name) {
    assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
  }

  @Test
  void jraftFindsOurTransport() {
    assertThat(RpcFactoryHelper.rpcFactory()).isInstanceOf(NettyRaftRpcFactory.class);
  }
}
