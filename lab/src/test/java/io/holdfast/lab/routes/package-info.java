/** Tests of the lab's tables and of its feeder and reader against each other, over loopback. */
@NullMarked
package io.holdfast.lab.routes;

import org.jspecify.annotations.NullMarked;
