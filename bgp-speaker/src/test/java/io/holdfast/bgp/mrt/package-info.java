/** Tests of the MRT reader, on files made here and on real ones where they are at hand. */
@NullMarked
package io.holdfast.bgp.mrt;

import org.jspecify.annotations.NullMarked;
