/** Tests of namespaces, cables, and of leaving nothing behind. */
@NullMarked
package io.holdfast.lab.net;

import org.jspecify.annotations.NullMarked;
