package io.trimtab.model.generate;

/**
 * How the next token comes out of the model's logits, in the order and with the meaning of Hugging Face transformers: repetition penalty,
 * temperature, top-k, top-p.
 *
 * @param temperature 0 takes the most probable token (greedy), 1 samples from the model's own distribution
 * @param topK only the so many most probable tokens, and those as probable as the last of them, are drawn; 0: all
 * @param topP only the most probable tokens that together have this much of the probability are drawn, in (0, 1]; 1: all. The token that
 *     passes the border is among them (Holtzman et al., arXiv 1904.09751)
 * @param repetitionPenalty above 1: tokens that stand in the prompt or the text already become less probable: positive logits are divided
 *     by it, negative ones multiplied (Keskar et al., arXiv 1909.05858); 1: none. Above 0
 */
public record Sampling(double temperature, int topK, double topP, double repetitionPenalty) {
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 1);

    public Sampling {
        require(temperature >= 0 && Double.isFinite(temperature), "temperature", "0 or a positive number", temperature);
        require(topK >= 0, "top-k", "0 or a positive number", topK);
        require(topP > 0 && topP <= 1, "top-p", "above 0 and at most 1", topP);
        require(
                repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
                "repetition-penalty",
                "a positive number",
                repetitionPenalty);
    }

    /** From the model's own distribution, made flatter (above 1) or sharper (below 1). */
    public static Sampling atTemperature(double temperature) {
        return new Sampling(temperature, 0, 1, 1);
    }

    private static void require(boolean holds, String name, String what, double value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " must be " + what + ": " + value);
        }
    }
}
