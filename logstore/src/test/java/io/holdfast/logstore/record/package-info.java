/** Tests of the envelope: its bytes are a format on disk, and stay as they are. */
@NullMarked
package io.holdfast.logstore.record;

import org.jspecify.annotations.NullMarked;
