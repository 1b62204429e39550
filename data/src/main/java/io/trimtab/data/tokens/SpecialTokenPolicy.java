package io.trimtab.data.tokens;

/** What happens to a special token that is written out in a prompt, a completion or a message: {@code data.special-tokens}. */
public enum SpecialTokenPolicy {
    /** It becomes its id, as in Hugging Face and TRL; the row is noted. */
    ALLOW,
    /** It is tokenised as the plain text it is; the row is noted. */
    ESCAPE,
    /** The row is rejected. */
    REJECT
}
