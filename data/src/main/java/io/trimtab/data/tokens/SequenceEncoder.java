package io.trimtab.data.tokens;

import io.trimtab.data.DataException;
import io.trimtab.data.RowNote;
import io.trimtab.data.Span;
import io.trimtab.data.tokens.Sequences.NothingToTrain;
import io.trimtab.data.tokens.Sequences.Tail;
import io.trimtab.data.tokens.Sequences.TooLong;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The one place that decides where a completion begins, which of its tokens are trained, what is cut off, and which of BOS and EOS are added.
 *
 * <p>The prompt and every prompt + completion are tokenised whole; the completions begin where the id lists first differ, for several
 * completions at the smallest such place, so that they share one prompt. A tokenizer may merge across the border; the completion then
 * begins inside the prompt's text, which is noted and, by {@link BoundaryPolicy}, trained or not. Tokenising the completion alone would train
 * on ids that never occur in use.
 */
public final class SequenceEncoder {
    private static final int NO_EOS = -1;

    /** More than any vocabulary has; the library takes some hundred bytes of memory a character. */
    private static final int CHARACTERS_OF_A_TOKEN = 1_000;

    private final Tokenizer tokenizer;
    private final LengthLimits limits;
    private final boolean trainsMerged;
    private final int appendedEos;

    private SequenceEncoder(Tokenizer tokenizer, LengthLimits limits, boolean trainsMerged, int appendedEos) {
        this.tokenizer = tokenizer;
        this.limits = limits;
        this.trainsMerged = trainsMerged;
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
        return new SequenceEncoder(
                tokenizer,
                LengthLimits.of(tokenizer, settings, maxLength),
                settings.boundaryToken() == BoundaryPolicy.KEEP,
                appendedEos);
    }

    /**
     * The ids of one prompt and its completions. A text that must be too long whatever its ids, a whole book in one field, is not tokenised.
     *
     * @param wholes prompt + completion, once for each completion
     * @param trained how many of them, from the first, are trained on; the others are cut to fit and never decide
     * @param plain whether EOS is appended: a chat template has said all that belongs to its text
     */
    public Sequences encode(String prompt, List<String> wholes, int trained, boolean plain) {
        for (String whole : wholes.subList(0, trained)) {
            if (isHuge(whole)) {
                return tooLong(whole);
            }
        }
        int[] promptIds = tokenizer.encodeSequence(prompt);
        List<int[]> sequences = new ArrayList<>(wholes.size());
        Set<RowNote> notes = EnumSet.noneOf(RowNote.class);
        int boundary = promptIds.length;
        for (String whole : wholes) {
            int[] ids = tokenizer.encodeSequence(whole);
            int common = commonPrefix(promptIds, ids);
            if (common < promptIds.length && !whole.startsWith(prompt)) {
                notes.add(RowNote.PROMPT_RENDERED_OTHERWISE);
            }
            boundary = Math.min(boundary, common);
            sequences.add(ids);
        }
        boolean merged = boundary < promptIds.length;
        if (merged) {
            notes.add(RowNote.BOUNDARY_INSIDE_PROMPT);
        }
        List<Tail> tails = new ArrayList<>(sequences.size());
        for (int i = 0; i < sequences.size(); i++) {
            int skipped = merged && !trainsMerged ? insidePrompt(prompt, wholes.get(i), boundary) : 0;
            int[] tokens = Arrays.copyOfRange(sequences.get(i), boundary, sequences.get(i).length);
            tokens = plain ? withEos(tokens) : tokens;
            tails.add(new Tail(tokens, TokenSpans.within(TokenSpans.all(tokens.length), skipped, tokens.length, 0)));
        }
        return fit(Arrays.copyOf(promptIds, boundary), tails, trained, notes);
    }

    private boolean isHuge(String text) {
        return text.length() / CHARACTERS_OF_A_TOKEN > limits.total();
    }

    private static Sequences tooLong(String text) {
        return new TooLong(text.length() / CHARACTERS_OF_A_TOKEN);
    }

    /** How many tokens behind the boundary begin inside the prompt's text; none where a template shows the prompt otherwise. */
    private int insidePrompt(String prompt, String whole, int boundary) {
        return whole.startsWith(prompt)
                ? Math.max(0, tokenizer.encodeWithPlaces(whole).firstFrom(prompt.length()) - boundary)
                : 0;
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

    /**
     * The ids of a whole conversation of which some parts are trained: what lies before the first is the prompt, what lies between them
     * context. A token is trained if any character of it is, as in Hugging Face's mask of assistant tokens.
     *
     * @param trained places in the text, in order
     */
    public Sequences encodeTurns(String whole, List<Span> trained) {
        if (isHuge(whole)) {
            return tooLong(whole);
        }
        Encoded encoded = tokenizer.encodeWithPlaces(whole);
        Set<RowNote> notes = EnumSet.noneOf(RowNote.class);
        List<Integer> bounds = new ArrayList<>(2 * trained.size());
        for (Span turn : trained) {
            int first = encoded.firstBeyond(turn.start());
            if (first < encoded.ids().length && encoded.starts()[first] < turn.start()) {
                notes.add(RowNote.BOUNDARY_INSIDE_PROMPT);
                first = trainsMerged ? first : encoded.firstFrom(turn.start());
            }
            bounds.add(first);
            bounds.add(encoded.firstFrom(turn.end()));
        }
        int[] spans =
                TokenSpans.within(bounds.stream().mapToInt(Integer::intValue).toArray(), 0, encoded.ids().length, 0);
        if (spans.length == 0) {
            return new NothingToTrain();
        }
        int boundary = spans[0];
        int length = encoded.ids().length;
        Tail tail = new Tail(
                Arrays.copyOfRange(encoded.ids(), boundary, length),
                TokenSpans.within(spans, boundary, length, boundary));
        return fit(Arrays.copyOf(encoded.ids(), boundary), List.of(tail), 1, notes);
    }

    private Sequences fit(int[] prompt, List<Tail> tails, int trained, Set<RowNote> notes) {
        for (Tail tail : tails) {
            if (!LengthLimits.trainsSomething(prompt, tail)) {
                return new NothingToTrain();
            }
        }
        return limits.fit(prompt, tails, trained, notes);
    }
}
