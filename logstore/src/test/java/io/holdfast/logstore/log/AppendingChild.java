package io.holdfast.logstore.log;

import java.nio.file.Path;
import java.util.Random;

/**
 * A process that appends for ever, to be killed: it acknowledges on its standard output the number
 * of records that are committed.
 */
final class AppendingChild {
  private AppendingChild() {}

  /** Arguments: folder, number of the first record, whether to sync. */
  public static void main(String[] arguments) throws Exception {
    FileLogOptions options =
        FileLogOptions.defaults()
            .withSegmentBytes(1 << 20)
            .withSync(Boolean.parseBoolean(arguments[2]));
    long number = Long.parseLong(arguments[1]);
    Random random = new Random(number);
    try (FileLog log = FileLog.open(Path.of(arguments[0]), options)) {
      while (!Thread.currentThread().isInterrupted()) {
        for (int batch = random.nextInt(20); batch >= 0; batch--) {
          Records.append(log, number++, random.nextInt(8000));
        }
        log.flush();
        while (log.uncommitted() > 0) {
          Thread.onSpinWait();
        }
        System.out.println(number);
      }
    }
  }
}
