package io.trimtab.merge;

/** The gradient is not finite; thrown on all ranks in the same step, before any weight, moment or mask has changed. */
public final class DivergedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long step;
    private final double gradientNorm;

    public DivergedException(long step, double gradientNorm) {
        super(("Cannot update the weights in step %d: the gradient norm over all ranks is %s."
                        + " Weights are those of step %d; lower optimizer.learning-rate or set optimizer.max-gradient-norm")
                .formatted(step, gradientNorm, step - 1));
        this.step = step;
        this.gradientNorm = gradientNorm;
    }

    public long step() {
        return step;
    }

    public double gradientNorm() {
        return gradientNorm;
    }
}
