/**
 * What a row, an example and the fate of a row are: a prompt and its completions as token ids, or a rejection with a reason.
 * These records travel through Spark and into the model; the rooms beside this one make and count them, and
 * {@link io.trimtab.data.rows.ExamplePreparer} is the entry. Neither Spark nor the engine may enter.
 */
@org.jspecify.annotations.NullMarked
package io.trimtab.data;
