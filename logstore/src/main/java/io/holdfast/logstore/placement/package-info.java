/**
 * Opens the log that a configuration asks for, wherever it is: in this process, alone or as one of
 * several members, or on servers. The only place that knows all of them.
 *
 * <p>The patent's figures: 4A is {@code servers} with one of them, 4B is this machine alone, 4C is
 * {@code members}. Owning thread: none.
 */
@NullMarked
package io.holdfast.logstore.placement;

import org.jspecify.annotations.NullMarked;
