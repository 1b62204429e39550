/**
 * Collectives: what all ranks compute together. {@link io.trimtab.merge.allreduce.Solo} for one rank, {@link
 * io.trimtab.merge.allreduce.InMemoryCollective} for threads of one JVM, {@link io.trimtab.merge.allreduce.RingCollective} over sockets; all three add
 * in the same fixed order. They move floats and know neither parameters' meaning nor optimizers.
 */
@NullMarked
package io.trimtab.merge.allreduce;

import org.jspecify.annotations.NullMarked;
