package io.trimtab.merge.allreduce;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** All-reduces of PyTorch's gloo, in processes of their own that do nothing between them. */
final class Gloo implements AutoCloseable {

    private static final Path SCRIPT = Path.of("merge/src/test/python/gloo_all_reduce.py");

    private final Process process;
    private final BufferedReader answers;
    private final String absence;

    private Gloo(Process process, String absence) {
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.absence = absence;
    }

    static Gloo start(String python, int ranks, String megabytes) throws IOException {
        boolean present = !python.isEmpty() && hasTorch(python);
        if (!present) {
            System.out.println(
                    "No gloo: give a Python that has torch as the last argument, and start in the project's folder");
        }
        Path store = Files.createTempDirectory("gloo-").resolve("store");
        return new Gloo(
                present
                        ? new ProcessBuilder(
                                        python, SCRIPT.toString(), Integer.toString(ranks), megabytes, store.toString())
                                .redirectError(ProcessBuilder.Redirect.DISCARD)
                                .start()
                        : new ProcessBuilder("true").start(),
                present ? "" : "absent");
    }

    private static boolean hasTorch(String python) {
        try {
            return Files.exists(SCRIPT)
                    && new ProcessBuilder(python, "-c", "import torch.distributed")
                                    .redirectErrorStream(true)
                                    .start()
                                    .waitFor()
                            == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Of one all-reduce; 0 where there is no gloo. */
    double milliseconds() throws IOException {
        if (!absence.isEmpty()) {
            return 0;
        }
        process.outputWriter().append('\n').flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException(
                    "Gloo has stopped, exit code " + process.onExit().join().exitValue());
        }
        return Double.parseDouble(answer.strip().toLowerCase(Locale.ROOT));
    }

    @Override
    public void close() throws IOException {
        process.outputWriter().close();
        process.onExit().join();
    }
}
