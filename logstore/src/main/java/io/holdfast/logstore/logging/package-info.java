/**
 * How the daemons log: one line each to standard error, where systemd or whoever started them picks
 * it up. The configuration is code because reading logback's XML costs a tenth of a second on every
 * start, and a speaker's start is an outage's length.
 *
 * <p>{@code -Dholdfast.log.level=DEBUG} (through {@code HOLDFAST_JAVA_OPTIONS}) shows more.
 */
@NullMarked
package io.holdfast.logstore.logging;

import org.jspecify.annotations.NullMarked;
