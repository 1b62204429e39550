package io.trimtab.model.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes TorchScript methods, given as text, into the archive that {@code torch::jit::load} reads: four stored zip entries, of which the
 * pickle describes a module without attributes. No Python takes part.
 */
final class ScriptArchive {

    private static final String HEADER = """
            class Methods(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
            """;

    /** Version of the operators that the methods are written for; the first that has gelu by tanh. */
    private static final String OPERATORS = "10\n";

    private ScriptArchive() {}

    /** @param methods {@code def name(self, x: Tensor) -> Tensor:} and so on, unindented, in the syntax of serialised TorchScript */
    static byte[] of(String methods) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, "methods/version", OPERATORS.getBytes(UTF_8));
            put(zip, "methods/data.pkl", modulePickle());
            put(
                    zip,
                    "methods/code/__torch__.py",
                    (HEADER + methods.stripTrailing().indent(2)).getBytes(UTF_8));
            put(zip, "methods/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot build a TorchScript archive in memory", e);
        }
        return bytes.toByteArray();
    }

    /** Protocol 2: __torch__.Methods.__new__() with state {"training": True}. */
    private static byte[] modulePickle() throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.write(new byte[] {(byte) 0x80, 2, 'c'});
        pickle.write("__torch__\nMethods\n".getBytes(UTF_8));
        pickle.write(new byte[] {')', (byte) 0x81, '}', '('});
        pickle.write(new byte[] {'X', 8, 0, 0, 0});
        pickle.write("training".getBytes(UTF_8));
        pickle.write(new byte[] {(byte) 0x88, 'u', 'b', '.'});
        return pickle.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 checksum = new CRC32();
        checksum.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
