/** Tests of attribute sets as values. */
@NullMarked
package io.holdfast.bgp.wire.attribute;

import org.jspecify.annotations.NullMarked;
