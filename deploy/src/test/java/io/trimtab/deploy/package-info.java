/** The product as its users meet it: the built distribution, its command line, its files and its exit codes. */
@org.jspecify.annotations.NullMarked
package io.trimtab.deploy;
