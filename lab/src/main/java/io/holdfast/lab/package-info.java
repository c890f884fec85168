/** Holdfast: the packages of the module {@code lab}. */
@NullMarked
package io.holdfast.lab;

import org.jspecify.annotations.NullMarked;
