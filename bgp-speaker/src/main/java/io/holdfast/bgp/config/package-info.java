/**
 * The speaker's configuration as immutable records, checked beyond what a schema can say.
 *
 * <p>{@link io.holdfast.bgp.config.SpeakerConfig#load} knows every part of the file, so it is what
 * {@code bgpd}, its {@code --check} and {@code holdfast config check} use. Templates are resolved
 * while reading: a {@link io.holdfast.bgp.config.PeerConfig} is complete, and names of policies and
 * prefix sets have become the things themselves, so nobody looks anything up later.
 *
 * <p>Rules that come from RFCs: hold time 0 or at least 3 (RFC 4271 section 4.2), a BGP identifier
 * that is not zero (RFC 6286), AS 0 (RFC 7607), AS_TRANS (RFC 6793) and the last ones (RFC 7300)
 * are nobody's, and eBGP without a policy passes nothing (RFC 8212).
 *
 * <p>Addresses and prefixes are parsed by the IPAddress library, which also knows what a host bit
 * is; beyond this package they are {@link java.net.InetAddress} and a prefix length. No name is
 * ever looked up.
 */
@NullMarked
package io.holdfast.bgp.config;

import org.jspecify.annotations.NullMarked;
