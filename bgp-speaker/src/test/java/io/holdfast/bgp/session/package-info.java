/** Tests of the package of the same name. */
@NullMarked
package io.holdfast.bgp.session;

import org.jspecify.annotations.NullMarked;
