/** Tests of the codec: golden octets, round trips with a printed seed, errors, hostile input. */
@NullMarked
package io.holdfast.bgp.wire.message;

import org.jspecify.annotations.NullMarked;
