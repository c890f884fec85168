/** Tests of what holds for the module as a whole. */
@NullMarked
package io.holdfast.bgp;

import org.jspecify.annotations.NullMarked;
