/** Samples of what kills, fills up, slows down and falsifies members of the log. */
@NullMarked
package io.holdfast.lab.log.crash;

import org.jspecify.annotations.NullMarked;
