package io.trimtab.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that were cut off, spoiled or made up: each is refused when the folder is opened, by file and reason. */
class BrokenFilesTest {

    private static final String TENSOR = "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 2500})
    void aFileThatIsCutOff(int missing) throws IOException {
        Path file = model().resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - missing));
        refused(file).hasMessageContaining("cut off");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 8, 100})
    void aFileThatIsCutOffInItsHeader(int length) throws IOException {
        Path file = model().resolve("model.safetensors");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));
        refused(file).hasMessageContaining("cut off");
    }

    @ParameterizedTest
    @CsvSource({
        "0, header claims 0 bytes",
        "1, header claims 1 bytes",
        "9223372036854775807, header claims 9223372036854775807 bytes",
        "-1, header claims 18446744073709551615 bytes",
        "100000001, header claims 100000001 bytes",
        "90000000, 'header claims 90000000 bytes, and the file has'"
    })
    void aHeaderLengthThatCannotBe(long claimed, String message) throws IOException {
        Path file = model().resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, claimed);
        Files.write(file, bytes);
        refused(file).hasMessageContaining(message);
    }

    @Test
    void aHeaderLengthThatIsSlightlyWrong() throws IOException {
        Path file = model().resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long right = header.getLong(0);
        for (long wrong : new long[] {right - 8, right + 8}) {
            header.putLong(0, wrong);
            Files.write(file, bytes);
            refused(file);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,16]}} | a of F32[2] has 16 bytes",
                "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,16]}} | a of F32[3] has 16 bytes",
                "{'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,16]}} | does not fit its shape",
                "{'a':{'dtype':'F32','shape':[8],'data_offsets':[0,32]}} | a ends at byte 32 of the data, and the file has 16",
                "{'a':{'dtype':'F32','shape':[4],'data_offsets':[9223372036854775791,9223372036854775807]}} | ends at byte 9223372036854775807",
                "{'a':{'dtype':'F32','shape':[4],'data_offsets':[16,0]}} | a has data_offsets [16, 0]",
                "{'a':{'dtype':'F32','shape':[4],'data_offsets':[-16,0]}} | not a whole number",
                "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0]}} | a has data_offsets [0]",
                "{'a':{'dtype':'F32','shape':[4]}} | a has no shape or no data_offsets",
                "{'a':{'dtype':'F32','shape':[2.5],'data_offsets':[0,16]}} | not a whole number",
                "{'a':{'dtype':'Q4','shape':[4],'data_offsets':[0,16]}} | a has an unknown dtype: Q4",
                "{'a':3} | a has an unknown dtype",
                "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]},'b':{'dtype':'F32','shape':[3],'data_offsets':[4,16]}} | tensors a and b overlap",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'b':{'dtype':'F32','shape':[1],'data_offsets':[12,16]}} | unused bytes between a and tensor b",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 8 bytes follow the last tensor",
                "{} | 16 bytes follow the last tensor",
                "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]},'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}} | Duplicate field 'a'",
                "[] | not a JSON object",
                "{'a' | not valid JSON",
                "{} {} | not valid JSON"
            })
    void aHeaderThatContradictsItself(String header, String message) throws IOException {
        Path file = model().resolve("model.safetensors");
        SmallModel.writeRaw(file, header.replace('\'', '"'), 16);
        refused(file).hasMessageContaining(message);
    }

    @Test
    void weightsInATypeThatIsNotRead() throws IOException {
        Path file = model().resolve("model.safetensors");
        String header = SmallModel.header(file).replace("\"dtype\":\"F32\"", "\"dtype\":\"I32\"");
        byte[] bytes = Files.readAllBytes(file);
        System.arraycopy(header.getBytes(StandardCharsets.UTF_8), 0, bytes, 8, header.length());
        Files.write(file, bytes);
        refused(file).hasMessageContaining("stored as I32; F32, F16, BF16 and F64 are read");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../other/model.safetensors",
                "/etc/passwd",
                "..",
                ".",
                "a/../../x.safetensors",
                "sub/x.safetensors",
                "..\\\\x.safetensors",
                ""
            })
    void anIndexThatPointsOutsideItsFolder(String place) throws IOException {
        Path index = index("{\"weight_map\":{\"model.embed_tokens.weight\":\"" + place + "\"}}");
        refused(index)
                .hasMessageContaining("model.embed_tokens.weight at \"" + place + "\"")
                .hasMessageContaining("which is not a file of its folder");
    }

    @Test
    void anIndexWhoseShardIsMissing() throws IOException {
        Path index = index("{\"weight_map\":{\"model.embed_tokens.weight\":\"model-00001-of-00002.safetensors\"}}");
        refused(index).hasMessageContaining("lacks its shard model-00001-of-00002.safetensors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"weight_map\":[]}", "{\"weight_map\":{}}", "{", "{\"weight_map\":{\"a\":1}}"})
    void anIndexThatIsNone(String content) throws IOException {
        refused(index(content));
    }

    @Test
    void anIndexThatPlacesATensorInTheWrongShard() throws IOException {
        Path index = index("{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"one.safetensors\"}}");
        SmallModel.writeRaw(index.resolveSibling("one.safetensors"), "{\"a\":" + TENSOR + "}", 8);
        refused(index).hasMessageContaining("it places tensor b in one.safetensors, which does not hold it");
    }

    @Test
    void aTensorInTwoShards() throws IOException {
        Path index = index("{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"}}");
        SmallModel.writeRaw(index.resolveSibling("one.safetensors"), "{\"a\":" + TENSOR + "}", 8);
        SmallModel.writeRaw(index.resolveSibling("two.safetensors"), "{\"a\":" + TENSOR + "}", 8);
        assertThatThrownBy(() -> ModelFolder.open(temporary.resolve("m"))).hasMessageContaining("tensor a is also in");
    }

    @Test
    void aLinkedFileOfTheHuggingFaceCacheIsFollowed() throws IOException {
        Path folder = model();
        Path file = folder.resolve("model.safetensors");
        Path blob = Files.move(file, temporary.resolve("blob"));
        Files.createSymbolicLink(file, blob);
        ModelFolder.open(folder).close();
        assertThat(file).isSymbolicLink();
    }

    private Path model() {
        return SmallModel.write(temporary.resolve("m"), SmallModel.TIED);
    }

    private Path index(String content) throws IOException {
        Path folder = SmallModel.template(temporary.resolve("m"), SmallModel.TIED);
        return Files.writeString(folder.resolve("model.safetensors.index.json"), content);
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refused(Path file) {
        return assertThatThrownBy(() -> ModelFolder.open(temporary.resolve("m")))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining(file.toString());
    }
}
