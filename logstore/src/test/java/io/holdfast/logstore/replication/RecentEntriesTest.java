package io.holdfast.logstore.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RecentEntriesTest {
  private final RecentEntries recent = new RecentEntries();

  private static LogEntry entry(long index, int bytes) {
    LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
    entry.setId(new LogId(index, 1));
    entry.setData(ByteBuffer.allocate(bytes));
    return entry;
  }

  private static List<LogEntry> entries(long first, long last) {
    return LongStream.rangeClosed(first, last).mapToObj(index -> entry(index, 100)).toList();
  }

  @Test
  void givesTheLastSixteen() {
    recent.wrote(entries(1, 40));
    assertThat(recent.get(24)).isNull();
    for (long index = 25; index <= 40; index++) {
      assertThat(recent.get(index).getId()).isEqualTo(new LogId(index, 1));
    }
    assertThat(recent.get(41)).isNull();
    recent.wrote(entries(41, 41));
    assertThat(recent.get(25)).isNull();
    assertThat(recent.get(41)).isNotNull();
  }

  @Test
  void doesNotKeepWhatIsLong() {
    recent.wrote(List.of(entry(1, 128 << 10), entry(2, (128 << 10) + 1)));
    assertThat(recent.get(1)).isNotNull();
    assertThat(recent.get(2)).isNull();
  }

  @Test
  void doesNotKeepWhatHoldsMoreThanItSays() {
    LogEntry entry = entry(1, 1 << 20);
    entry.setData(entry.getData().slice(0, 10));
    recent.wrote(List.of(entry));
    assertThat(recent.get(1)).isNull();
  }

  @Test
  void givesNothingOfWhatWasCutOff() {
    recent.wrote(entries(1, 16));
    recent.forget();
    for (long index = 1; index <= 16; index++) {
      assertThat(recent.get(index)).isNull();
    }
  }
}
