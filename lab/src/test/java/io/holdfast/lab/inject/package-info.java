/** Tests of the faults on a JVM of the tests' own. */
@NullMarked
package io.holdfast.lab.inject;

import org.jspecify.annotations.NullMarked;
