package io.holdfast.bgp.config;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An item of a prefix set: {@code PREFIX [ge N] [le N]}, as it was written. */
record RangeText(AddressText.Parsed prefix, Optional<Integer> ge, Optional<Integer> le) {

  private static final Pattern ITEM =
      Pattern.compile("([0-9.]+/[0-9]{1,3})(?: +ge +([0-9]{1,3}))?(?: +le +([0-9]{1,3}))?");

  /** Empty if it is not of that form, or its prefix is none. */
  static Optional<RangeText> parse(String item) {
    Matcher matcher = ITEM.matcher(item);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return AddressText.prefix(matcher.group(1))
        .map(
            prefix ->
                new RangeText(
                    prefix,
                    Optional.ofNullable(matcher.group(2)).map(Integer::valueOf),
                    Optional.ofNullable(matcher.group(3)).map(Integer::valueOf)));
  }

  /**
   * {@code ge} alone goes on to the longest prefix, {@code le} alone starts at the prefix itself.
   */
  PrefixSetConfig.Range range() {
    int length = prefix.lowest().length();
    return new PrefixSetConfig.Range(
        prefix.lowest(), ge.orElse(length), le.orElse(ge.isPresent() ? 32 : length));
  }

  boolean inOrder() {
    PrefixSetConfig.Range range = range();
    return range.prefix().length() <= range.from()
        && range.from() <= range.to()
        && range.to() <= 32;
  }
}
