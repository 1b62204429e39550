/**
 * Folders and files as all jobs see them: the driver's Hadoop settings on executors, local copies of what the engine can only read from
 * a disk, fingerprints, and finished tables whose manifest is written last. What the tables hold is known by those who write them; only
 * the bytes of a row are made here, because two of them store it.
 */
@NullMarked
package io.trimtab.job.spark.files;

import org.jspecify.annotations.NullMarked;
