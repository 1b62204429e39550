package io.trimtab.data.tokens;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.trimtab.data.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
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

    private final HuggingFaceTokenizer tokenizer;
    private final int[] prefix;
    private final int bosId;
    private final int eosId;
    private final Map<String, String> namedTokens;

    private Tokenizer(HuggingFaceTokenizer tokenizer, TokenizerFiles files) {
        this.tokenizer = tokenizer;
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
            return new Tokenizer(tokenizer, files);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static HuggingFaceTokenizer load(Path file) {
        // Truncation and padding are DJL's defaults and must be off; read as a stream, DJL looks at no other file.
        Map<String, String> options = Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false");
        try (InputStream stream = Files.newInputStream(file)) {
            return HuggingFaceTokenizer.newInstance(stream, options);
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
        int[] plain = encode(PROBE);
        int[] processed = encode(PROBE, true);
        for (int start = 0; start + plain.length <= processed.length; start++) {
            if (Arrays.equals(plain, Arrays.copyOfRange(processed, start, start + plain.length))) {
                return Arrays.copyOf(processed, start);
            }
        }
        return new int[0];
    }

    /** Ids of the text alone: no BOS, no EOS. */
    public int[] encode(String text) {
        return encode(text, false);
    }

    /** By the library's own call: DJL's {@code encode} also builds tokens, spans and masks, which takes two thirds of its time. */
    private int[] encode(String text, boolean postProcessed) {
        long encoding = encoding(text, postProcessed);
        try {
            return ids(TokenizersLibrary.LIB.getTokenIds(encoding));
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    private long encoding(String text, boolean postProcessed) {
        try {
            return TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, postProcessed);
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
        tokenizer.close();
    }
}
