package io.trimtab.job.spark.files;

import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.RefusedException;
import io.trimtab.model.ModelArchitecture;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The files of a model folder that decide how text becomes ids: everything but the weights. */
public final class TokenizerFiles {
    /** A model's further chat templates. */
    static final String TEMPLATES = "additional_chat_templates";

    private final String folder;
    private final String identity;

    private TokenizerFiles(String folder, String identity) {
        this.folder = folder;
        this.identity = identity;
    }

    /**
     * Finds the files of a model folder.
     *
     * @throws RefusedException if the folder or its tokenizer.json does not exist
     */
    public static TokenizerFiles read(HadoopSettings hadoop, String folder) {
        Path path = new Path(folder);
        try {
            FileSystem files = hadoop.fileSystem(path);
            if (!files.exists(path)) {
                throw new RefusedException("Cannot open the model: there is no folder " + folder
                        + "; set model.policy to a folder in Hugging Face layout");
            }
            if (!files.exists(new Path(path, "tokenizer.json"))) {
                throw new RefusedException("Cannot tokenise: " + folder
                        + " has no tokenizer.json; set model.policy to a folder in Hugging Face layout");
            }
            List<FileStatus> statuses = new ArrayList<>(List.of(files.listStatus(path, TokenizerFiles::decidesIds)));
            Path templates = new Path(path, TEMPLATES);
            if (files.exists(templates)) {
                statuses.addAll(List.of(files.listStatus(templates)));
            }
            statuses.sort(Comparator.comparing(FileStatus::getPath));
            MessageDigest digest = Fingerprint.sha256();
            for (FileStatus status : statuses) {
                digest.update(status.getPath().getName().getBytes(java.nio.charset.StandardCharsets.UTF_8));
                try (InputStream in = new DigestInputStream(files.open(status.getPath()), digest)) {
                    in.transferTo(OutputStream.nullOutputStream());
                }
            }
            return new TokenizerFiles(folder, HexFormat.of().formatHex(digest.digest()));
        } catch (IOException e) {
            throw new ClusterException("Cannot read the tokenizer in " + folder + ": " + e.getMessage(), e);
        }
    }

    private static boolean decidesIds(Path path) {
        return switch (path.getName()) {
            case "tokenizer.json",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "added_tokens.json",
                    "chat_template.jinja",
                    "chat_template.json",
                    "generation_config.json",
                    "config.json" -> true;
            default -> false;
        };
    }

    public String identity() {
        return identity;
    }

    /** The longest sequence the model can see. */
    public int maxPositions(LocalFolders folders) {
        return ModelArchitecture.read(folders.withoutWeights(folder).resolve("config.json"))
                .maxPositions();
    }
}
