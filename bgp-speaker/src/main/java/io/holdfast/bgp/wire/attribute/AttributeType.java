package io.holdfast.bgp.wire.attribute;

import io.holdfast.bgp.wire.ErrorAction;
import io.holdfast.bgp.wire.NotificationCode;
import org.jspecify.annotations.Nullable;

/**
 * The table of path attributes: for each its code, name, category (which gives its flags), where it
 * counts, and the rule that says whether a value is malformed and what follows (RFC 7606 section
 * 7). The only place that knows one attribute from another on the way in.
 *
 * @param code attribute type code
 * @param name as operators write it
 * @param category RFC 4271 section 5
 * @param internalOnly discarded when it comes from an external peer
 * @param rule what is malformed
 */
public record AttributeType(
    int code, String name, Category category, boolean internalOnly, Rule rule) {
  public static final int ORIGIN = 1;
  public static final int AS_PATH = 2;
  public static final int NEXT_HOP = 3;
  public static final int MULTI_EXIT_DISC = 4;
  public static final int LOCAL_PREF = 5;
  public static final int ATOMIC_AGGREGATE = 6;
  public static final int AGGREGATOR = 7;
  public static final int COMMUNITIES = 8;
  public static final int ORIGINATOR_ID = 9;
  public static final int CLUSTER_LIST = 10;
  public static final int MP_REACH_NLRI = 14;
  public static final int MP_UNREACH_NLRI = 15;
  public static final int EXTENDED_COMMUNITIES = 16;
  public static final int AS4_PATH = 17;
  public static final int AS4_AGGREGATOR = 18;
  public static final int LARGE_COMMUNITIES = 32;

  /** Attribute flags, RFC 4271 section 4.3. */
  static final int OPTIONAL = 0x80;

  static final int TRANSITIVE = 0x40;
  static final int PARTIAL = 0x20;
  static final int EXTENDED_LENGTH = 0x10;

  private static final @Nullable AttributeType[] BY_CODE = new @Nullable AttributeType[256];

  static {
    add(ORIGIN, "origin", Category.WELL_KNOWN, false, AttributeRules::origin);
    add(AS_PATH, "as-path", Category.WELL_KNOWN, false, AttributeRules::asPath);
    add(NEXT_HOP, "next-hop", Category.WELL_KNOWN, false, AttributeRules::nextHop);
    add(
        MULTI_EXIT_DISC,
        "med",
        Category.OPTIONAL_NON_TRANSITIVE,
        false,
        AttributeRules::fourOctets);
    add(LOCAL_PREF, "local-pref", Category.WELL_KNOWN, true, AttributeRules::fourOctets);
    add(ATOMIC_AGGREGATE, "atomic-aggregate", Category.WELL_KNOWN, false, AttributeRules::empty);
    add(AGGREGATOR, "aggregator", Category.OPTIONAL_TRANSITIVE, false, AttributeRules::aggregator);
    add(COMMUNITIES, "communities", Category.OPTIONAL_TRANSITIVE, false, AttributeRules.listOf(4));
    add(
        ORIGINATOR_ID,
        "originator-id",
        Category.OPTIONAL_NON_TRANSITIVE,
        true,
        AttributeRules::fourOctets);
    add(
        CLUSTER_LIST,
        "cluster-list",
        Category.OPTIONAL_NON_TRANSITIVE,
        true,
        AttributeRules.listOf(4));
    add(
        MP_REACH_NLRI,
        "mp-reach-nlri",
        Category.OPTIONAL_NON_TRANSITIVE,
        false,
        AttributeRules::mpReach);
    add(
        MP_UNREACH_NLRI,
        "mp-unreach-nlri",
        Category.OPTIONAL_NON_TRANSITIVE,
        false,
        AttributeRules::mpUnreach);
    add(
        EXTENDED_COMMUNITIES,
        "extended-communities",
        Category.OPTIONAL_TRANSITIVE,
        false,
        AttributeRules.listOf(8));
    add(AS4_PATH, "as4-path", Category.OPTIONAL_TRANSITIVE, false, AttributeRules::as4Path);
    add(
        AS4_AGGREGATOR,
        "as4-aggregator",
        Category.OPTIONAL_TRANSITIVE,
        false,
        AttributeRules::as4Aggregator);
    add(
        LARGE_COMMUNITIES,
        "large-communities",
        Category.OPTIONAL_TRANSITIVE,
        false,
        AttributeRules.listOf(12));
  }

  private static void add(
      int code, String name, Category category, boolean internalOnly, Rule rule) {
    BY_CODE[code] = new AttributeType(code, name, category, internalOnly, rule);
  }

  /** Categories of RFC 4271 section 5, and the flags that each demands. */
  public enum Category {
    /** Known to every speaker; transitive. */
    WELL_KNOWN(TRANSITIVE),
    /** Passed on by those who do not know it. */
    OPTIONAL_TRANSITIVE(OPTIONAL | TRANSITIVE),
    /** Dropped by those who do not know it. */
    OPTIONAL_NON_TRANSITIVE(OPTIONAL);

    private final int flags;

    Category(int flags) {
      this.flags = flags;
    }

    /** Optional and Transitive bits. */
    public int flags() {
      return flags;
    }
  }

  /** What is wrong with a value, and what RFC 7606 makes of it. */
  record Fault(ErrorAction action, NotificationCode code, String detail) {}

  /** Says whether a value is malformed. */
  @FunctionalInterface
  interface Rule {
    /**
     * Judges the value in {@code octets[at, at + length)}.
     *
     * @return null when it is well-formed
     */
    @Nullable Fault check(byte[] octets, int at, int length, boolean fourOctetAs);
  }

  /** The entry for a code 0–255, or null when we do not know the attribute. */
  public static @Nullable AttributeType of(int code) {
    return BY_CODE[code];
  }

  /** The flags of the canonical form, without the extended-length bit. */
  int canonicalFlags(int received) {
    return category == Category.OPTIONAL_TRANSITIVE
        ? category.flags | (received & PARTIAL)
        : category.flags;
  }
}
