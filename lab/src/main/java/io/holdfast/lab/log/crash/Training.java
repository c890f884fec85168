package io.holdfast.lab.log.crash;

import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.remote.LogService;
import io.holdfast.logstore.replication.Member;
import io.holdfast.logstore.replication.MemberConfig;
import io.holdfast.logstore.rpc.MemberAddress;
import io.holdfast.logstore.rpc.TlsFiles;
import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** Runs a short life of a member, so that the JVM can keep its classes: {@code Training FOLDER}. */
public final class Training {
  private Training() {}

  /** The process's entry. */
  public static void main(String[] words) throws IOException {
    Path folder = Path.of(words[0]);
    TlsFiles tls = Loopback.certificate(folder.resolve("tls"));
    MemberAddress self = new MemberAddress("a", Loopback.HOST, Loopback.freePort());
    MemberConfig config = MemberConfig.member(folder.resolve("a"), true, self, List.of(self), 100);
    Member member = Member.start(config, tls);
    LogService service = new LogService(member);
    Objects.requireNonNull(member.transport()).service(service);
    OwnedLog log = OwnedLog.open(member.backend(Duration.ofSeconds(30)), "training");
    Ledger ledger = new Ledger();
    Workload workload = new Workload(log, ledger, 1, 1 << 20, Duration.ZERO);
    workload.end();
    workload.awaitSettled(Duration.ofSeconds(30));
    try (LogReader reader = member.reader(member.first())) {
      Found.by(reader);
    }
    service.close();
    log.close();
    System.exit(0);
  }
}
