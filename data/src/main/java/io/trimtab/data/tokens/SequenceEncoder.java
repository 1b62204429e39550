package io.trimtab.data.tokens;

import io.trimtab.data.DataException;
import io.trimtab.data.OverLength;
import io.trimtab.data.RowNote;
import io.trimtab.data.TextSettings;
import io.trimtab.data.tokens.Sequences.Fitting;
import io.trimtab.data.tokens.Sequences.NothingToTrain;
import io.trimtab.data.tokens.Sequences.TooLong;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The one place that decides where a completion begins, what is cut off, and which of BOS and EOS are added.
 *
 * <p>The prompt and every prompt + completion are tokenised whole; the completions begin where the id lists first differ, for several
 * completions at the smallest such place, so that they share one prompt. A tokenizer may merge across the border; the completion then
 * begins inside the prompt's text, which is kept and noted. Tokenising the completion alone would train on ids that never occur
 * in use.
 */
public final class SequenceEncoder {
    private static final int NO_EOS = -1;

    private final Tokenizer tokenizer;
    private final int maxLength;
    private final OverLength overLength;
    private final int appendedEos;

    private SequenceEncoder(Tokenizer tokenizer, int maxLength, OverLength overLength, int appendedEos) {
        this.tokenizer = tokenizer;
        this.maxLength = maxLength;
        this.overLength = overLength;
        this.appendedEos = appendedEos;
    }

    /**
     * An encoder by the settings.
     *
     * @param maxLength longest sequence, BOS and EOS included
     * @throws DataException if EOS is to be appended and no file of the model names one
     */
    public static SequenceEncoder of(Tokenizer tokenizer, TextSettings settings, int maxLength) {
        if (settings.appendEos() && tokenizer.eosId().isEmpty()) {
            throw new DataException("Cannot append EOS: neither tokenizer_config.json, special_tokens_map.json,"
                    + " generation_config.json nor config.json names one; set data.append-eos = false");
        }
        int appendedEos = settings.appendEos() ? tokenizer.eosId().orElse(NO_EOS) : NO_EOS;
        return new SequenceEncoder(tokenizer, maxLength, settings.overLength(), appendedEos);
    }

    /**
     * The ids of one prompt and its completions.
     *
     * @param wholes prompt + completion, once for each completion
     * @param trained how many of them, from the first, are trained on; the others are cut to fit and never decide
     * @param plain whether EOS is appended: a chat template has said all that belongs to its text
     */
    public Sequences encode(String prompt, List<String> wholes, int trained, boolean plain) {
        int[] promptIds = tokenizer.encodeSequence(prompt);
        List<int[]> sequences = new ArrayList<>(wholes.size());
        int boundary = promptIds.length;
        for (String whole : wholes) {
            int[] ids = tokenizer.encodeSequence(whole);
            boundary = Math.min(boundary, commonPrefix(promptIds, ids));
            sequences.add(plain ? withEos(ids) : ids);
        }
        Set<RowNote> notes = EnumSet.noneOf(RowNote.class);
        if (boundary < promptIds.length) {
            notes.add(RowNote.BOUNDARY_INSIDE_PROMPT);
        }
        return fit(Arrays.copyOf(promptIds, boundary), tails(sequences, boundary), trained, notes);
    }

    private static int commonPrefix(int[] a, int[] b) {
        int difference = Arrays.mismatch(a, b);
        return difference < 0 ? a.length : difference;
    }

    private int[] withEos(int[] ids) {
        if (appendedEos == NO_EOS || (ids.length > 0 && ids[ids.length - 1] == appendedEos)) {
            return ids;
        }
        int[] longer = Arrays.copyOf(ids, ids.length + 1);
        longer[ids.length] = appendedEos;
        return longer;
    }

    private static List<int[]> tails(List<int[]> sequences, int boundary) {
        List<int[]> tails = new ArrayList<>(sequences.size());
        for (int[] sequence : sequences) {
            tails.add(Arrays.copyOfRange(sequence, boundary, sequence.length));
        }
        return tails;
    }

    private Sequences fit(int[] prompt, List<int[]> completions, int trained, Set<RowNote> notes) {
        int longest = 0;
        for (int i = 0; i < completions.size(); i++) {
            // The first token after an empty prompt has no log-prob.
            if (completions.get(i).length < (prompt.length == 0 ? 2 : 1)) {
                return new NothingToTrain();
            }
            longest = i < trained ? Math.max(longest, completions.get(i).length) : longest;
        }
        int excess = prompt.length + longest - maxLength;
        if (excess <= 0) {
            return cut(prompt, completions, trained, notes);
        }
        return switch (overLength) {
            case DROP -> new TooLong(prompt.length + longest);
            case TRUNCATE_COMPLETION ->
                prompt.length >= maxLength
                        ? new TooLong(prompt.length + longest)
                        : cut(prompt, completions, trained, notes);
            case TRUNCATE_PROMPT -> {
                int[] shorter = withoutStart(prompt, excess);
                if (shorter.length == 0) {
                    yield new TooLong(prompt.length + longest);
                }
                notes.add(RowNote.PROMPT_TRUNCATED);
                yield cut(shorter, completions, trained, notes);
            }
        };
    }

    /** The prompt without its first tokens, a BOS kept; empty where nothing of the prompt itself would be left. */
    private int[] withoutStart(int[] prompt, int excess) {
        int kept = tokenizer.startsWithPrefix(prompt) ? tokenizer.prefix().length : 0;
        if (prompt.length - kept <= excess) {
            return new int[0];
        }
        int[] shorter = Arrays.copyOf(prompt, prompt.length - excess);
        System.arraycopy(prompt, kept + excess, shorter, kept, shorter.length - kept);
        return shorter;
    }

    private Sequences cut(int[] prompt, List<int[]> completions, int trained, Set<RowNote> notes) {
        int room = maxLength - prompt.length;
        List<int[]> fitting = new ArrayList<>(completions.size());
        for (int i = 0; i < completions.size(); i++) {
            int[] completion = completions.get(i);
            if (completion.length > room) {
                notes.add(i < trained ? RowNote.COMPLETION_TRUNCATED : RowNote.MISMATCH_TRUNCATED);
                completion = Arrays.copyOf(completion, room);
            }
            fitting.add(completion);
        }
        return new Fitting(prompt, fitting, notes);
    }
}
