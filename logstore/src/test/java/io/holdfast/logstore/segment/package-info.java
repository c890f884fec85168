/** Tests of the segment files. */
@NullMarked
package io.holdfast.logstore.segment;

import org.jspecify.annotations.NullMarked;
