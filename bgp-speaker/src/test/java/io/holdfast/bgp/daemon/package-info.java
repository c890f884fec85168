/** Tests of the package of the same name. */
@NullMarked
package io.holdfast.bgp.daemon;

import org.jspecify.annotations.NullMarked;
