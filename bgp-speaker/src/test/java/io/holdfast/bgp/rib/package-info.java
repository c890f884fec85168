/** Tests of the package of the same name. */
@NullMarked
package io.holdfast.bgp.rib;

import org.jspecify.annotations.NullMarked;
