package io.trimtab.job.spark.files;

import io.trimtab.job.checkpoint.Storage;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import scala.Tuple2;

/** The driver's Hadoop configuration on its way to executors, whose own may lack what the user passed to this application. */
public final class HadoopSettings implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final String SPARK_PREFIX = "spark.hadoop.";

    private transient Configuration configuration;

    public HadoopSettings(Configuration configuration) {
        this.configuration = configuration;
    }

    /** What Spark would make of its own settings, before it runs. */
    public static HadoopSettings of(SparkConf conf) {
        Configuration configuration = new Configuration();
        for (Tuple2<String, String> setting : conf.getAll()) {
            if (setting._1().startsWith(SPARK_PREFIX)) {
                configuration.set(setting._1().substring(SPARK_PREFIX.length()), setting._2());
            }
        }
        return new HadoopSettings(configuration);
    }

    /** Whether a path without a scheme lies on the local disk. */
    public boolean isLocalByDefault() {
        return "file".equals(FileSystem.getDefaultUri(configuration).getScheme());
    }

    public Configuration configuration() {
        return configuration;
    }

    public FileSystem fileSystem(Path path) throws IOException {
        return Storage.fileSystem(path, configuration);
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        out.defaultWriteObject();
        configuration.write(out);
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        configuration = new Configuration(false);
        configuration.readFields(in);
    }
}
