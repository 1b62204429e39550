/**
 * Which row is seen at which step, and by which rank: pure functions of counts, lengths and a seed.
 * Used by the job that writes shards and by the ranks that read them. No I/O enters.
 */
@NullMarked
package io.trimtab.data.plan;

import org.jspecify.annotations.NullMarked;
