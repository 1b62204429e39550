/** Loops for the Vector API of JDK 17, which is a module that a JVM has or has not, and the way to them. Whoever uses one has another way to the same bits. */
@NullMarked
package io.trimtab.merge.vector;

import org.jspecify.annotations.NullMarked;
