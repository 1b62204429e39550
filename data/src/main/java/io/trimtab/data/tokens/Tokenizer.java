package io.trimtab.data.tokens;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.data.DataException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A model's own tokenizer, read from local files only.
 *
 * <p>Texts are encoded without the post-processor; {@link #prefix} is what it would put in front, so that a BOS is there exactly once.
 * Special tokens written out in a text become their ids, as in Hugging Face. Holds native memory until closed. Not thread safe.
 */
public final class Tokenizer implements AutoCloseable {
    private static final String PROBE = "a";
    /** Truncation and padding are DJL's defaults and must be off; read as a stream, DJL looks at no other file. */
    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false");

    private final HuggingFaceTokenizer tokenizer;
    private final TextPieces pieces;
    private final Optional<Words> words;
    private final int[] prefix;
    private final int bosId;
    private final int eosId;
    private final Map<String, String> namedTokens;
    private final SpecialTokens specialTokens;
    private final Path file;
    private @Nullable HuggingFaceTokenizer literal;

    private Tokenizer(HuggingFaceTokenizer tokenizer, TokenizerFiles files, Path file) {
        this.tokenizer = tokenizer;
        this.file = file;
        TokenizerOutline outline = TokenizerOutline.of(file);
        pieces = TextPieces.of(outline);
        words = BlankSplits.areIn(outline) ? Optional.of(new Words()) : Optional.empty();
        specialTokens = SpecialTokens.of(outline);
        namedTokens = files.namedTokens();
        bosId = idOf(files.token("bos_token"), files.modelId("bos_token_id"));
        eosId = idOf(files.token("eos_token"), files.modelId("eos_token_id"));
        // As in Hugging Face, a stated add_bos_token replaces what tokenizer.json's post-processor does.
        prefix = files.addsBos().map(this::statedPrefix).orElseGet(this::postProcessorPrefix);
    }

    /**
     * The tokenizer of a local model folder.
     *
     * @throws DataException if the folder has no tokenizer.json or it cannot be loaded
     */
    public static Tokenizer open(Path folder) {
        Path file = folder.resolve("tokenizer.json");
        if (!Files.isRegularFile(file)) {
            throw new DataException("Cannot tokenise: " + folder
                    + " has no tokenizer.json; a model folder needs the tokenizers library's file");
        }
        TokenizerFiles files = TokenizerFiles.of(folder);
        HuggingFaceTokenizer tokenizer = load(file);
        try {
            return new Tokenizer(tokenizer, files, file);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static HuggingFaceTokenizer load(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            return HuggingFaceTokenizer.newInstance(stream, OPTIONS);
        } catch (IOException | RuntimeException e) {
            throw new DataException("Cannot load " + file + " as a tokenizer: " + e.getMessage(), e);
        }
    }

    private int idOf(@Nullable String token, int fallback) {
        if (token == null) {
            return fallback;
        }
        int[] ids = encode(token);
        return ids.length == 1 ? ids[0] : fallback;
    }

    private int[] statedPrefix(boolean addsBos) {
        return addsBos && bosId >= 0 ? new int[] {bosId} : new int[0];
    }

    private int[] postProcessorPrefix() {
        int[] plain = encode(PROBE, false);
        int[] processed = encode(PROBE, true);
        for (int start = 0; start + plain.length <= processed.length; start++) {
            if (Arrays.equals(plain, Arrays.copyOfRange(processed, start, start + plain.length))) {
                return Arrays.copyOf(processed, start);
            }
        }
        return new int[0];
    }

    /** Ids of the text alone: no BOS, no EOS. Special tokens that {@link SpecialTokens} has marked are plain text. */
    public int[] encode(String text) {
        return SpecialTokens.isMarked(text) ? marked(text).ids() : pieces.encode(text, this::piece);
    }

    private int[] piece(String text) {
        return words.isPresent() ? words.get().encode(text, word -> encode(word, false)) : encode(text, false);
    }

    /** Ids of a text as it begins a sequence, with their places in the text. */
    Encoded encodeWithPlaces(String text) {
        Encoded own = SpecialTokens.isMarked(text) ? marked(text) : located(tokenizer, text, 0);
        int added = prefix.length == 0 || startsWithPrefix(own.ids()) ? 0 : prefix.length;
        int[][] all = new int[3][added + own.ids().length];
        System.arraycopy(prefix, 0, all[0], 0, added);
        System.arraycopy(own.ids(), 0, all[0], added, own.ids().length);
        System.arraycopy(own.starts(), 0, all[1], added, own.ids().length);
        System.arraycopy(own.ends(), 0, all[2], added, own.ids().length);
        return new Encoded(all[0], all[1], all[2]);
    }

    /** Piece by piece, the marked ones without any added token. A newline goes before a piece, as in Hugging Face, and its ids go again. */
    private Encoded marked(String text) {
        List<Encoded> parts = new ArrayList<>();
        int length = 0;
        for (SpecialTokens.Piece piece : SpecialTokens.pieces(text)) {
            HuggingFaceTokenizer by = piece.literal() ? literal() : tokenizer;
            Encoded part = parts.isEmpty()
                    ? located(by, piece.text(), piece.start())
                    : behindNewline(by, piece.text(), piece.start());
            if (piece.literal() && Arrays.equals(part.ids(), encode(piece.text(), false))) {
                throw new UntokenizableText("a special token is a word of the tokenizer too and cannot be escaped");
            }
            parts.add(part);
            length += part.ids().length;
        }
        int[][] all = new int[3][length];
        int at = 0;
        for (Encoded part : parts) {
            System.arraycopy(part.ids(), 0, all[0], at, part.ids().length);
            System.arraycopy(part.starts(), 0, all[1], at, part.ids().length);
            System.arraycopy(part.ends(), 0, all[2], at, part.ids().length);
            at += part.ids().length;
        }
        return new Encoded(all[0], all[1], all[2]);
    }

    private static Encoded behindNewline(HuggingFaceTokenizer by, String text, int start) {
        Encoded newline = located(by, "\n", 0);
        Encoded both = located(by, "\n" + text, start - 1);
        int cut = newline.ids().length;
        if (both.ids().length < cut || !Arrays.equals(newline.ids(), Arrays.copyOf(both.ids(), cut))) {
            return located(by, text, start);
        }
        int length = both.ids().length;
        return new Encoded(
                Arrays.copyOfRange(both.ids(), cut, length),
                Arrays.copyOfRange(both.starts(), cut, length),
                Arrays.copyOfRange(both.ends(), cut, length));
    }

    private static Encoded located(HuggingFaceTokenizer by, String text, int start) {
        long encoding = encoding(by, text, false);
        try {
            int[] ids = ids(TokenizersLibrary.LIB.getTokenIds(encoding));
            CharSpan[] spans = TokenizersLibrary.LIB.getTokenCharSpans(encoding);
            int[] starts = new int[ids.length];
            int[] ends = new int[ids.length];
            // The library counts code points.
            int[] places = places(text);
            for (int i = 0; i < ids.length; i++) {
                starts[i] = start + (spans[i] == null ? 0 : places[spans[i].getStart()]);
                ends[i] = start + (spans[i] == null ? 0 : places[spans[i].getEnd()]);
            }
            return new Encoded(ids, starts, ends);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    /** Place of every code point in the text, and of its end. */
    private static int[] places(String text) {
        int[] places = new int[text.codePointCount(0, text.length()) + 1];
        int at = 0;
        for (int i = 0; i < places.length - 1; i++) {
            places[i] = at;
            at += Character.charCount(text.codePointAt(at));
        }
        places[places.length - 1] = at;
        return places;
    }

    /** The tokenizer without added tokens: it takes every text for text. Made when first needed. */
    private HuggingFaceTokenizer literal() {
        if (literal == null) {
            try {
                ObjectMapper mapper = new ObjectMapper();
                ObjectNode bare = (ObjectNode) mapper.readTree(file.toFile());
                bare.putArray("added_tokens");
                bare.putNull("post_processor");
                literal = HuggingFaceTokenizer.newInstance(
                        new ByteArrayInputStream(mapper.writeValueAsBytes(bare)), OPTIONS);
            } catch (IOException | RuntimeException e) {
                throw new DataException(
                        "Cannot load " + file + " without its special tokens: " + e.getMessage()
                                + "; set data.special-tokens = allow or reject",
                        e);
            }
        }
        return literal;
    }

    /** As the library encodes the whole text; for the proof that pieces give the same. */
    int[] encodeWhole(String text) {
        return encode(text, false);
    }

    /** What is special to this tokenizer. */
    public SpecialTokens specialTokens() {
        return specialTokens;
    }

    /** By the library's own call: DJL's {@code encode} also builds tokens, spans and masks, which takes two thirds of its time. */
    private int[] encode(String text, boolean postProcessed) {
        long encoding = encoding(tokenizer, text, postProcessed);
        try {
            return ids(TokenizersLibrary.LIB.getTokenIds(encoding));
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    private static long encoding(HuggingFaceTokenizer by, String text, boolean postProcessed) {
        try {
            return TokenizersLibrary.LIB.encode(by.getHandle(), text, postProcessed);
        } catch (RuntimeException e) {
            throw new UntokenizableText(e);
        }
    }

    /** Ids of a text as it begins a sequence: with the tokenizer's BOS, if it adds one, unless the text begins with it. */
    public int[] encodeSequence(String text) {
        int[] ids = encode(text);
        if (prefix.length == 0 || startsWithPrefix(ids)) {
            return ids;
        }
        int[] all = Arrays.copyOf(prefix, prefix.length + ids.length);
        System.arraycopy(ids, 0, all, prefix.length, ids.length);
        return all;
    }

    boolean startsWithPrefix(int[] ids) {
        return ids.length >= prefix.length && Arrays.equals(prefix, 0, prefix.length, ids, 0, prefix.length);
    }

    private static int[] ids(long[] wide) {
        int[] ids = new int[wide.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) wide[i];
        }
        return ids;
    }

    /** The text of the ids, special tokens left out. */
    public String decode(int[] ids) {
        return tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), true);
    }

    /** What the tokenizer puts in front of a sequence: one BOS, or nothing. */
    public int[] prefix() {
        return prefix.clone();
    }

    public OptionalInt bosId() {
        return bosId < 0 ? OptionalInt.empty() : OptionalInt.of(bosId);
    }

    public OptionalInt eosId() {
        return eosId < 0 ? OptionalInt.empty() : OptionalInt.of(eosId);
    }

    /** What chat templates see of the tokenizer: {@code bos_token} and its like, with their texts. */
    public Map<String, String> namedTokens() {
        return Map.copyOf(namedTokens);
    }

    @Override
    public void close() {
        if (literal != null) {
            literal.close();
        }
        tokenizer.close();
    }
}
