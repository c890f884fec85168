/** Tests of the capture oracle: it has to find what it is there to find. */
@NullMarked
package io.holdfast.lab.capture;

import org.jspecify.annotations.NullMarked;
