package io.holdfast.bgp.config;

import inet.ipaddr.AddressStringException;
import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import inet.ipaddr.IncompatibleAddressException;
import java.net.Inet4Address;
import java.util.Objects;
import java.util.Optional;

/** IPv4 addresses and prefixes from text: plain dotted decimal, no wildcards, ranges or octal. */
final class AddressText {

  private static final IPAddressStringParameters PLAIN =
      new IPAddressStringParameters.Builder()
          .allowEmpty(false)
          .allowAll(false)
          .allowSingleSegment(false)
          .allowMask(false)
          .allowIPv6(false)
          .setRangeOptions(inet.ipaddr.AddressStringParameters.RangeParameters.NO_RANGE)
          .getIPv4AddressParametersBuilder()
          .allow_inet_aton(false)
          .allowLeadingZeros(false)
          .allowUnlimitedLeadingZeros(false)
          .getParentBuilder()
          .toParams();

  /**
   * A prefix as it was written.
   *
   * @param lowest the same prefix without its host bits
   * @param hostBits whether there were any
   */
  record Parsed(PrefixConfig lowest, boolean hostBits) {}

  private AddressText() {}

  static Optional<Inet4Address> address(String text) {
    return parse(text)
        .filter(address -> !address.isPrefixed())
        .map(address -> (Inet4Address) address.toInetAddress());
  }

  static Optional<Parsed> prefix(String text) {
    if (text.matches(".*/0[0-9].*")) {
      return Optional.empty();
    }
    return parse(text).filter(IPAddress::isPrefixed).map(AddressText::parsed);
  }

  private static Parsed parsed(IPAddress written) {
    int length = Objects.requireNonNull(written.getNetworkPrefixLength());
    Inet4Address asWritten = (Inet4Address) written.getLower().toInetAddress();
    Inet4Address lowest = (Inet4Address) written.toZeroHost().getLower().toInetAddress();
    return new Parsed(new PrefixConfig(lowest, length), !asWritten.equals(lowest));
  }

  private static Optional<IPAddress> parse(String text) {
    try {
      return Optional.ofNullable(new IPAddressString(text, PLAIN).toAddress());
    } catch (AddressStringException | IncompatibleAddressException e) {
      return Optional.empty();
    }
  }
}
