/** Tests of the package of the same name. */
@NullMarked
package io.holdfast.bgp.decision;

import org.jspecify.annotations.NullMarked;
