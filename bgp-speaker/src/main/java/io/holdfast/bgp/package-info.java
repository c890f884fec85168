/** Holdfast: the packages of the module {@code bgp-speaker}. */
@NullMarked
package io.holdfast.bgp;

import org.jspecify.annotations.NullMarked;
