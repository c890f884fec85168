/** Tests of the package of the same name. */
@NullMarked
package io.holdfast.bgp.fsm;

import org.jspecify.annotations.NullMarked;
