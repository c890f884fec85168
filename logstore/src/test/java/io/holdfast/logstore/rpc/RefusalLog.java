package io.holdfast.logstore.rpc;

import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What is said of refused connections, while it is open. */
public final class RefusalLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger(Refusals.class);
  private final List<String> lines = new CopyOnWriteArrayList<>();

  public RefusalLog() {
    setContext(logger.getLoggerContext());
    start();
    logger.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
      lines.add(event.getFormattedMessage());
    }
  }

  /** Lines that begin with this address. */
  List<String> of(String address) {
    return lines.stream().filter(each -> each.startsWith(address + ' ')).toList();
  }

  /** Lines with this text in them. */
  public List<String> with(String text) {
    return lines.stream().filter(each -> each.contains(text)).toList();
  }

  List<String> awaitOne(String address) {
    await().atMost(Group.PATIENCE).until(() -> !of(address).isEmpty());
    return of(address);
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    stop();
  }
}
