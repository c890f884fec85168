/** Tests of the demo's plan and of its verdicts. */
@NullMarked
package io.holdfast.lab.demo;

import org.jspecify.annotations.NullMarked;
