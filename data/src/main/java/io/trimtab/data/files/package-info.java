/**
 * Files of JSON Lines, JSON arrays and CSV as rows, parsed from bytes: what is not UTF-8, cut or written twice is seen and not mended
 * in silence. A file of any size needs the memory of its largest row. What a row means is not known here.
 */
@org.jspecify.annotations.NullMarked
package io.trimtab.data.files;
