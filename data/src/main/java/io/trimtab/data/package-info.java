/**
 * Rows of a table become examples: a prompt and its completions as token ids, or a rejection with a reason.
 * {@link io.trimtab.data.ExamplePreparer} is the entry; the records here travel through Spark and into the model.
 * Neither Spark nor the engine may enter.
 */
@org.jspecify.annotations.NullMarked
package io.trimtab.data;
