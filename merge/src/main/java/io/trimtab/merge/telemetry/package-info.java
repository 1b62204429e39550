/**
 * What a merge did to the weights, seen on a sample of them: {@link io.trimtab.merge.telemetry.MergeProbe} stands between step and rule and
 * changes nothing. The figures have the names of this module's README.md.
 */
@NullMarked
package io.trimtab.merge.telemetry;

import org.jspecify.annotations.NullMarked;
