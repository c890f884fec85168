/** Tests of the log: what a crash, a full disk or a second owner may and may not do to it. */
@NullMarked
package io.holdfast.logstore.log;

import org.jspecify.annotations.NullMarked;
