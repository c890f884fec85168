/** Tests of packed prefixes. */
@NullMarked
package io.holdfast.bgp.wire.nlri;

import org.jspecify.annotations.NullMarked;
