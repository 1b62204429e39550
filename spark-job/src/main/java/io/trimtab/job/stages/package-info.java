/**
 * One class per stage of a run: prepare, score, train, evaluate, export, report, and all of them in order; beside them the merge of finished models.
 *
 * <p>Called by the commands in {@code job.cli} and by the quickstart; nothing here parses arguments. A stage that finds its result
 * finished says so and does nothing.
 */
@NullMarked
package io.trimtab.job.stages;

import org.jspecify.annotations.NullMarked;
