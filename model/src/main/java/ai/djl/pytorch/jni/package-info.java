/**
 * DJL's own package, entered with one class because the call that keeps the gradient of a TorchScript method with scalar and list arguments
 * is package-private there. Works on the class path, with DJL and this class under one class loader; never relocate it.
 */
@NullMarked
package ai.djl.pytorch.jni;

import org.jspecify.annotations.NullMarked;
