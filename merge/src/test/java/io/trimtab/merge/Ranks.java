package io.trimtab.merge;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.allreduce.InMemoryCollective;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs one task per rank, each in its own thread, and hands back what they answer; the first failure by rank is thrown. */
public final class Ranks {

    private static final long DEADLINE_SECONDS = 20;

    private Ranks() {}

    /** What one rank does. */
    public interface Task<T> {
        T run(Collective collective) throws Exception;
    }

    public static <T> List<T> run(int worldSize, Task<T> task) throws Exception {
        return run(InMemoryCollective.group(worldSize), task);
    }

    public static <T> List<T> run(List<Collective> collectives, Task<T> task) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(collectives.size());
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (Collective collective : collectives) {
                futures.add(threads.submit(() -> {
                    try (collective) {
                        return task.run(collective);
                    }
                }));
            }
            List<T> answers = new ArrayList<>();
            for (Future<T> future : futures) {
                answers.add(await(future));
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        try {
            return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } catch (TimeoutException e) {
            throw new AssertionError("A rank does not end", e);
        }
    }
}
