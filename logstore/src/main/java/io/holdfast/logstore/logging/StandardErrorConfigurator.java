package io.holdfast.logstore.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Found by logback as a service; see the package. */
public final class StandardErrorConfigurator extends ContextAwareBase implements Configurator {

  private static final byte[] NONE = {};

  /** Made by logback. */
  public StandardErrorConfigurator() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName("stderr");
    appender.setTarget("System.err");
    OneLine encoder = new OneLine();
    encoder.setContext(context);
    encoder.start();
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(appender);
    quietRaft(context);
    context
        .getLogger("io.holdfast")
        .setLevel(Level.toLevel(System.getProperty("holdfast.log.level"), Level.INFO));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /**
   * The Raft engine says the same again at every attempt to reach a peer that is away; the member
   * of the log says it once ({@code Member}).
   */
  private static void quietRaft(LoggerContext context) {
    Level level = Level.toLevel(System.getProperty("holdfast.raft.log.level"), Level.ERROR);
    String engine = "com.alipay.sofa.jraft";
    context.getLogger(engine).setLevel(level);
    if (level == Level.ERROR) {
      for (String repeats :
          List.of(
              ".rpc.impl.AbstractClientService",
              ".core.Replicator",
              ".core.ReplicatorGroupImpl",
              ".core.NodeImpl")) {
        context.getLogger(engine + repeats).setLevel(Level.OFF);
      }
    }
  }

  /** {@code TIME LEVEL logger: message}, and a stack trace only where there is one. */
  private static final class OneLine extends EncoderBase<ILoggingEvent> {

    @Override
    public byte[] headerBytes() {
      return NONE;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
      String logger = event.getLoggerName();
      StringBuilder line =
          new StringBuilder(160)
              .append(Instant.ofEpochMilli(event.getTimeStamp()).truncatedTo(ChronoUnit.MILLIS))
              .append(' ')
              .append(event.getLevel())
              .append(' ')
              .append(logger.substring(logger.lastIndexOf('.') + 1))
              .append(": ")
              .append(event.getFormattedMessage())
              .append('\n');
      if (event.getThrowableProxy() != null) {
        line.append(
            ch.qos.logback.classic.spi.ThrowableProxyUtil.asString(event.getThrowableProxy()));
      }
      return line.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
      return NONE;
    }
  }
}
