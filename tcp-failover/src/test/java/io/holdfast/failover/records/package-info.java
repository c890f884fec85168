/** Tests of the payloads: what is written is read again, and what is wrong is refused by name. */
@NullMarked
package io.holdfast.failover.records;

import org.jspecify.annotations.NullMarked;
