package io.holdfast.logstore.rpc;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Holds the entries of one member in memory; it may be opened again by a restarted node. */
final class MemoryLogStorage implements LogStorage {
  private final NavigableMap<Long, LogEntry> entries = new TreeMap<>();
  private long next = 1;

  @Override
  public synchronized boolean init(LogStorageOptions options) {
    ConfigurationManager configurations = options.getConfigurationManager();
    for (LogEntry each : entries.values()) {
      if (each.getType() == EntryType.ENTRY_TYPE_CONFIGURATION) {
        ConfigurationEntry entry = new ConfigurationEntry();
        entry.setId(each.getId());
        entry.setConf(new Configuration(each.getPeers()));
        if (each.getOldPeers() != null) {
          entry.setOldConf(new Configuration(each.getOldPeers()));
        }
        configurations.add(entry);
      }
    }
    return true;
  }

  @Override
  public void shutdown() {}

  @Override
  public synchronized long getFirstLogIndex() {
    return entries.isEmpty() ? next : entries.firstKey();
  }

  @Override
  public synchronized long getLastLogIndex() {
    return entries.isEmpty() ? next - 1 : entries.lastKey();
  }

  @Override
  public synchronized @Nullable LogEntry getEntry(long index) {
    return entries.get(index);
  }

  @Override
  @Deprecated
  public synchronized long getTerm(long index) {
    LogEntry entry = entries.get(index);
    return entry == null ? 0 : entry.getId().getTerm();
  }

  @Override
  public synchronized boolean appendEntry(LogEntry entry) {
    entries.put(entry.getId().getIndex(), entry);
    next = entry.getId().getIndex() + 1;
    return true;
  }

  @Override
  public synchronized int appendEntries(List<LogEntry> more) {
    more.forEach(this::appendEntry);
    return more.size();
  }

  @Override
  public synchronized boolean truncatePrefix(long firstIndexKept) {
    entries.headMap(firstIndexKept).clear();
    next = Math.max(next, firstIndexKept);
    return true;
  }

  @Override
  public synchronized boolean truncateSuffix(long lastIndexKept) {
    entries.tailMap(lastIndexKept, false).clear();
    next = lastIndexKept + 1;
    return true;
  }

  @Override
  public synchronized boolean reset(long nextLogIndex) {
    entries.clear();
    next = nextLogIndex;
    return true;
  }
}
