package io.trimtab.data.tokens;

import io.trimtab.data.RowNote;
import io.trimtab.data.tokens.Sequences.Fitting;
import io.trimtab.data.tokens.Sequences.Tail;
import io.trimtab.data.tokens.Sequences.TooLong;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** How long sequences, prompts and completions may be, and what is cut of those that are longer; every cut is noted. */
record LengthLimits(Tokenizer tokenizer, OverLength overLength, int total, int prompt, int completion) {
    static LengthLimits of(Tokenizer tokenizer, TextSettings settings, int maxLength) {
        return new LengthLimits(
                tokenizer,
                settings.overLength(),
                maxLength,
                settings.maxPromptLength(),
                settings.maxCompletionLength());
    }

    /** Whether a trained token has a log-prob: the first one behind an empty prompt has none. */
    static boolean trainsSomething(int[] prompt, Tail tail) {
        int tokens = 0;
        for (int i = 0; i < tail.spans().length; i += 2) {
            tokens += tail.spans()[i + 1] - tail.spans()[i];
        }
        return tokens > (prompt.length == 0 && tokens > 0 && tail.spans()[0] == 0 ? 1 : 0);
    }

    /** @param trained how many tails, from the first, decide; the others are cut to fit */
    Sequences fit(int[] whole, List<Tail> tails, int trained, Set<RowNote> notes) {
        int longest = 0;
        for (int i = 0; i < trained; i++) {
            longest = Math.max(longest, tails.get(i).tokens().length);
        }
        boolean promptFits = whole.length <= prompt;
        boolean completionsFit = longest <= completion;
        TooLong tooLong = new TooLong(whole.length + longest);
        if (promptFits && completionsFit && whole.length + longest <= total) {
            return cut(whole, 0, tails, trained, notes, tooLong);
        }
        return switch (overLength) {
            case DROP, RAISE -> tooLong;
            case TRUNCATE_COMPLETION ->
                promptFits && whole.length < total ? cut(whole, 0, tails, trained, notes, tooLong) : tooLong;
            case TRUNCATE_PROMPT_START, TRUNCATE_PROMPT_END -> {
                int excess = whole.length - Math.min(prompt, total - longest);
                int[] shorter = overLength == OverLength.TRUNCATE_PROMPT_START
                        ? withoutStart(whole, excess)
                        : withoutEnd(whole, excess);
                if (!completionsFit || shorter.length == 0) {
                    yield tooLong;
                }
                notes.add(RowNote.PROMPT_TRUNCATED);
                yield cut(shorter, excess, tails, trained, notes, tooLong);
            }
        };
    }

    /** The prompt without its first tokens, a BOS kept; empty where nothing of the prompt itself would be left. */
    private int[] withoutStart(int[] whole, int excess) {
        int kept = keptAtStart(whole);
        if (whole.length - kept <= excess) {
            return new int[0];
        }
        int[] shorter = Arrays.copyOf(whole, whole.length - excess);
        System.arraycopy(whole, kept + excess, shorter, kept, shorter.length - kept);
        return shorter;
    }

    private int[] withoutEnd(int[] whole, int excess) {
        return whole.length - keptAtStart(whole) <= excess ? new int[0] : Arrays.copyOf(whole, whole.length - excess);
    }

    private int keptAtStart(int[] whole) {
        return tokenizer.startsWithPrefix(whole) ? tokenizer.prefix().length : 0;
    }

    private Sequences cut(
            int[] fittingPrompt, int promptCut, List<Tail> tails, int trained, Set<RowNote> notes, TooLong tooLong) {
        int room = Math.min(completion, total - fittingPrompt.length);
        int cut = promptCut;
        List<Tail> fitting = new ArrayList<>(tails.size());
        for (int i = 0; i < tails.size(); i++) {
            Tail tail = tails.get(i);
            int length = tail.tokens().length;
            if (length > room) {
                cut += i < trained ? length - room : 0;
                notes.add(i < trained ? RowNote.COMPLETION_TRUNCATED : RowNote.MISMATCH_TRUNCATED);
                if (i < trained
                        && tail.tokens()[length - 1] == tokenizer.eosId().orElse(-1)) {
                    notes.add(RowNote.EOS_CUT);
                }
                tail = new Tail(Arrays.copyOf(tail.tokens(), room), TokenSpans.within(tail.spans(), 0, room, 0));
                if (!trainsSomething(fittingPrompt, tail)) {
                    return tooLong;
                }
            }
            fitting.add(tail);
        }
        return new Fitting(fittingPrompt, fitting, notes, cut);
    }
}
