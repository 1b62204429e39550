/**
 * What a policy can do, measured on examples: exact match by teacher forcing, multiple choice, preference accuracy, mean log-prob. Scores are
 * sums and counts, so that tasks on many executors add up. Stages call it for base, SFT and policy alike; reading test files, sampling text
 * and anything that changes weights stays outside.
 */
@NullMarked
package io.trimtab.model.evaluate;

import org.jspecify.annotations.NullMarked;
