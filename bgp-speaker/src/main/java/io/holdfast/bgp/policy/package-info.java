/**
 * Which routes may pass: named policies, ordered statements, prefix sets. Pure functions.
 *
 * <p>A policy is a list of statements; the first whose conditions all hold decides, and a route
 * that none of them takes is rejected. RFC 8212: an eBGP session without a policy neither imports
 * nor exports; {@link io.holdfast.bgp.policy.Policy#REJECT_ALL} stands there, so that nobody
 * downstream has to think of it. An iBGP session without a policy passes everything.
 *
 * <p>Owning thread: none; everything is immutable.
 */
@NullMarked
package io.holdfast.bgp.policy;

import org.jspecify.annotations.NullMarked;
