package io.trimtab.job.stages;

import io.trimtab.job.config.Identity;
import io.trimtab.job.config.ResolvedConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What {@code run.conf} keeps of a command: versions and the hash of the identity, then the configuration, which loads again. */
final class RunConf {
    private RunConf() {}

    static String text(ResolvedConfig config) {
        return "# Trimtab " + CodeVersion.current() + ", Spark " + org.apache.spark.package$.MODULE$.SPARK_VERSION()
                + ", Java " + System.getProperty("java.version") + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch") + "\n# identity sha256 " + hash(config.identity()) + "\n"
                + config.rendered();
    }

    private static String hash(Identity identity) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            identity.values()
                    .forEach((key, value) -> sha.update((key + " = " + value + "\n").getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
