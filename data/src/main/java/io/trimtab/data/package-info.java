@org.jspecify.annotations.NullMarked
package io.trimtab.data;
