/** Holdfast: the packages of the module {@code tcp-failover}. */
@NullMarked
package io.holdfast.failover;

import org.jspecify.annotations.NullMarked;
