package io.holdfast.lab.net;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose a namespace or a folder is: the first part of its name.
 *
 * @param prefix {@code hf<pid>n<count>} for what belongs to a process, {@code hf-<name>} for what
 *     is meant to stay up after the process that made it
 */
public record Owner(String prefix) {
  private static final Pattern BY_PROCESS = Pattern.compile("hf(\\d+)n\\d+-.*");
  private static final AtomicInteger COUNT = new AtomicInteger();

  /** A new owner that lives as long as this JVM; each call gives another one. */
  public static Owner thisProcess() {
    return new Owner("hf" + ProcessHandle.current().pid() + "n" + COUNT.incrementAndGet());
  }

  /** The owner of what stays up until {@code lab/down}. */
  public static Owner standing(String name) {
    return new Owner("hf-" + name);
  }

  /** The full name of a part. */
  public String name(String part) {
    return prefix + "-" + part;
  }

  /** The process that a name says it belongs to; empty for a standing or a foreign name. */
  static OptionalLong processOf(String name) {
    Matcher matcher = BY_PROCESS.matcher(name);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }
}
