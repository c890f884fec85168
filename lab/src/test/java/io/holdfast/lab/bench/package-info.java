/** Tests of the arithmetic of figures; what they measure is measured by {@code lab/bench} alone. */
@NullMarked
package io.holdfast.lab.bench;

import org.jspecify.annotations.NullMarked;
