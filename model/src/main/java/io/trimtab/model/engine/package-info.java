/**
 * Everything that touches DJL's PyTorch engine: TorchScript methods written here as text, tensors with an owner that frees them, threads
 * and gradient mode, the CPU or GPU that tensors lie on, and the entries of weights as Java reads and writes them. The decoder and its heads
 * use it; no algorithm of the field belongs here, and nothing outside knows where a tensor's memory is.
 *
 * <p>Only one thing of DJL is used for computing: calls of TorchScript methods, which differentiate too. DJL's own array operations attach
 * their results to whatever owns the first operand, which leaks into the model's owner in a loop, and several of them cut the gradient
 * silently; a method call puts its results where it is told.
 */
@NullMarked
package io.trimtab.model.engine;

import org.jspecify.annotations.NullMarked;
