/**
 * From a table's row to examples: where the table lies, what its columns are called, which shape a row has, and the texts that are
 * tokenised. {@link io.trimtab.data.rows.ExamplePreparer} is the door for whoever reads tables; the classes that know one shape each
 * stay behind it. How files are parsed and what is counted is none of this room's business.
 */
@org.jspecify.annotations.NullMarked
package io.trimtab.data.rows;
