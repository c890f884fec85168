/** Tests of the export, read back with the flyweights of the packet path. */
@NullMarked
package io.holdfast.failover.export;

import org.jspecify.annotations.NullMarked;
