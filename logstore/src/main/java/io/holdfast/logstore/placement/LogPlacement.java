package io.holdfast.logstore.placement;

import io.holdfast.logstore.config.HostPort;
import io.holdfast.logstore.config.LogConfig;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.replication.MemberConfig;
import io.holdfast.logstore.rpc.MemberAddress;
import io.holdfast.logstore.rpc.TlsFiles;
import io.holdfast.logstore.segment.StoreOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** From the model of a configuration to a log that is open. */
public final class LogPlacement {
  private LogPlacement() {}

  /**
   * Opens the log and becomes its owner.
   *
   * @param owner a name for messages, at most 63 characters
   * @param patience how long it waits until the log has a leader that takes it
   * @throws IOException with one line for the operator
   */
  public static OwnedLog open(LogConfig config, String owner, Duration patience)
      throws IOException {
    return PlacedLog.begin(config, patience).open(owner);
  }

  /** What a member of this process needs to know. */
  public static MemberConfig member(LogConfig config) {
    StoreOptions store = StoreOptions.of(config.sync()).withSegmentBytes(config.segmentBytes());
    MemberConfig plain =
        switch (config.placement()) {
          case LogConfig.Members members -> {
            LogConfig.Member own = members.own();
            List<MemberAddress> all =
                members.all().stream().map(each -> address(each.id(), each.address())).toList();
            yield MemberConfig.member(
                config.directory(),
                config.sync(),
                address(own.id(), own.address()),
                all,
                own.priority());
          }
          case LogConfig.Alone _, LogConfig.Servers _ ->
              MemberConfig.alone(config.directory(), config.sync());
        };
    return plain.withStore(store).withIdleLimit(config.idleLimit().orElse(null));
  }

  private static MemberAddress address(String id, HostPort address) {
    return new MemberAddress(id, address.host(), address.port());
  }

  /** The files by which a member or an owner shows who it is. */
  public static TlsFiles tls(LogConfig.Tls tls) {
    return new TlsFiles(tls.certificate(), tls.key(), tls.authority());
  }
}
