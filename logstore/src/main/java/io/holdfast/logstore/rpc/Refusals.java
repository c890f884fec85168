package io.holdfast.logstore.rpc;

import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once for each remote address and reason that a connection was refused; what keeps a peer
 * from a hello also again after one has succeeded. Remembers the latest {@value #MOST} such pairs.
 * Thread-safe.
 */
final class Refusals {
  static final int MOST = 1024;

  /** What a peer had a hand in is cut to this many characters. */
  private static final int LONGEST_DETAIL = 200;

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  private record Key(String address, Refusal refusal) {}

  private final Map<Key, Boolean> said =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
          return size() > MOST;
        }
      };

  /**
   * Logs it unless that was done.
   *
   * @param address of a peer that dialled us, without its port, or {@code host:port} that we
   *     dialled
   */
  void note(String address, Refusal refusal, String detail) {
    boolean first;
    synchronized (said) {
      first = said.put(new Key(address, refusal), true) == null;
    }
    if (first) {
      LOG.warn(
          "{} {}; the connection is closed, and this is not said again ({})",
          address,
          refusal.text(),
          printable(detail));
    } else {
      LOG.debug("{} {} again", address, refusal.text());
    }
  }

  /** A hello with this address succeeded: what kept it from one would be news again. */
  void forget(String address) {
    synchronized (said) {
      if (!said.isEmpty()) {
        said.keySet()
            .removeIf(key -> key.address().equals(address) && key.refusal().preventsHello());
      }
    }
  }

  int size() {
    synchronized (said) {
      return said.size();
    }
  }

  /** On one line, and nothing that a terminal would obey. */
  static String printable(String text) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < text.length() && line.length() < LONGEST_DETAIL; i++) {
      char c = text.charAt(i);
      line.append(c < ' ' || c >= 0x7f ? '.' : c);
    }
    return line.toString();
  }
}
