/** Tests of members of the log: alone, and several in one process. */
@NullMarked
package io.holdfast.logstore.replication;

import org.jspecify.annotations.NullMarked;
