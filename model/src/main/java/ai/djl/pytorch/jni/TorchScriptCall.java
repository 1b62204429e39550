package ai.djl.pytorch.jni;

/** Runs a method of a TorchScript module with autograd on; DJL's public road for such arguments always uses inference mode. */
public final class TorchScriptCall {

    private TorchScriptCall() {}

    /** The caller closes the arguments and the result. */
    public static IValue run(long module, String method, IValue[] arguments) {
        long[] handles = new long[arguments.length];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = arguments[i].getHandle();
        }
        boolean keepAutograd = true;
        boolean separateCudaStream = false;
        return new IValue(
                PyTorchLibrary.LIB.moduleRunMethod(module, method, handles, keepAutograd, separateCudaStream));
    }
}
