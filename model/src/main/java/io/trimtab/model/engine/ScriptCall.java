package io.trimtab.model.engine;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.TorchScriptCall;
import java.util.ArrayList;
import java.util.List;

/** One call of a TorchScript method: arguments in order, then the kind of result. Differentiable where gradient mode is on. */
public final class ScriptCall {

    private final TensorScope scope;
    private final long module;
    private final String method;
    private final List<IValue> arguments = new ArrayList<>();
    /** Those made here: a value pins its tensors until it is closed. */
    private final List<IValue> owned = new ArrayList<>();

    ScriptCall(TensorScope scope, long module, String method) {
        this.scope = scope;
        this.module = module;
        this.method = method;
    }

    public ScriptCall with(Tensor tensor) {
        return own(IValue.from(tensor.array));
    }

    /** A list of tensors. An empty one is fine: the engine sees the type from the method. */
    public ScriptCall with(List<Tensor> tensors) {
        return own(IValue.listFrom(TensorList.arrays(tensors)));
    }

    public ScriptCall with(TensorList tensors) {
        arguments.add(tensors.value);
        return this;
    }

    public ScriptCall with(long number) {
        return own(IValue.from(number));
    }

    public ScriptCall with(double number) {
        return own(IValue.from(number));
    }

    public ScriptCall with(long[] numbers) {
        return own(IValue.listFrom(numbers));
    }

    public ScriptCall with(double[] numbers) {
        return own(IValue.listFrom(numbers));
    }

    /** Runs a method that returns a tensor; it belongs to the scope of the call. */
    public Tensor tensor() {
        try (IValue result = run()) {
            return new Tensor(result.toTensor(scope.manager));
        }
    }

    /** Runs a method that returns a list of tensors. */
    public List<Tensor> tensors() {
        try (IValue result = run()) {
            List<Tensor> tensors = new ArrayList<>();
            for (PtNDArray array : result.toTensorArray(scope.manager)) {
                tensors.add(new Tensor(array));
            }
            return tensors;
        }
    }

    /** Runs a method that returns a number. */
    long number() {
        try (IValue result = run()) {
            return result.toLong();
        }
    }

    /** Runs a method for its effect; it returns any number. */
    public void effect() {
        run().close();
    }

    private ScriptCall own(IValue value) {
        arguments.add(value);
        owned.add(value);
        return this;
    }

    private IValue run() {
        try {
            return TorchScriptCall.run(module, method, arguments.toArray(IValue[]::new));
        } finally {
            owned.forEach(IValue::close);
        }
    }
}
