@org.jspecify.annotations.NullMarked
package io.trimtab.merge;
