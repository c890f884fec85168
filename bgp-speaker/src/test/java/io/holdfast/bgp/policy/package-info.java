/** Tests of the package of the same name. */
@NullMarked
package io.holdfast.bgp.policy;

import org.jspecify.annotations.NullMarked;
