/**
 * The command line: one class per shape of command, one screen each. Reads arguments and the configuration, calls a stage, turns its end
 * into an exit code; logic may not enter. Nothing depends on this package.
 */
@org.jspecify.annotations.NullMarked
package io.trimtab.job.cli;
