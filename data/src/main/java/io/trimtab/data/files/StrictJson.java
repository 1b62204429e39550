package io.trimtab.data.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** JSON of users, read strictly: one value and nothing behind it, no name twice in an object, no more of it than a task can hold. */
public final class StrictJson {
    /** Names, values and brackets: each may cost some hundred bytes where it takes two in the file. */
    private static final int MOST_TOKENS = 500_000;

    /** One row may be a whole book; depth and numbers keep Jackson's own limits, 1,000 levels and digits. */
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxTokenCount(MOST_TOKENS)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private StrictJson() {}

    public static ObjectReader reader(TypeReference<?> type) {
        return MAPPER.readerFor(type);
    }
}
