package io.holdfast.logstore.remote;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The hello of who comes to the service of the log and is no member: eight letters and the version
 * of the service that it speaks. A member's own hello is another; whoever judges hellos lets this
 * one pass to the service, and to nothing of Raft's.
 */
public final class OwnerHello {
  private static final byte[] MAGIC = "HF-OWNER".getBytes(StandardCharsets.US_ASCII);

  private OwnerHello() {}

  /** The hello, anew. */
  public static byte[] bytes() {
    byte[] hello = Arrays.copyOf(MAGIC, MAGIC.length + 1);
    hello[MAGIC.length] = ServiceCodec.VERSION;
    return hello;
  }

  /** Whether this is an owner's hello, of whatever version: OPEN tells who speaks another. */
  public static boolean is(byte[] hello) {
    return hello.length >= MAGIC.length
        && Arrays.equals(hello, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }
}
