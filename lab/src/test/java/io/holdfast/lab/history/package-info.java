/** Tests of the history checker: wrong histories, each of which must be caught. */
@NullMarked
package io.holdfast.lab.history;

import org.jspecify.annotations.NullMarked;
