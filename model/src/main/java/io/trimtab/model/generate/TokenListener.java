package io.trimtab.model.generate;

/** Hears of every token as soon as it is chosen. */
@FunctionalInterface
public interface TokenListener {
    /**
     * A token has come.
     *
     * @param prompt place of the prompt in the list, from 0
     */
    void chosen(int prompt, int token);
}
