package io.trimtab.merge.offline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Carries a plan out, several tensors at a time. Entries do not depend on the number of threads or on the order in which tensors are done, so two runs
 * give equal bytes. Memory: a few pieces of 4 MB for each thread and input.
 */
public final class MergeRun {

    /** Told after each piece how many entries were written; called from several threads. Throws to end the run. */
    @FunctionalInterface
    public interface Progress {
        void written(long entries);
    }

    private final MergePlan plan;
    private final List<TensorSink> sinks;
    private final Progress progress;
    private final ConcurrentLinkedQueue<Workspace> workspaces = new ConcurrentLinkedQueue<>();
    private final Set<String> changed = new LinkedHashSet<>();

    /** @param sinks one for each result, in order */
    public MergeRun(MergePlan plan, List<TensorSink> sinks, Progress progress) {
        this.plan = plan;
        this.sinks = List.copyOf(sinks);
        this.progress = progress;
        if (sinks.size() != plan.recipe().results()) {
            throw new IllegalArgumentException(
                    "The plan has " + plan.recipe().results() + " results and there are sinks for " + sinks.size());
        }
    }

    /**
     * Reads, merges and writes all tensors, the largest first, so that no thread is left alone with one at the end.
     *
     * @return the models, but for the base or else the first, whose every merged value is that one's
     * @throws MergeException if a value cannot be a weight, or if no model differs from the first: nothing would change
     */
    public List<String> run(int threads) {
        ExecutorService pool = Executors.newFixedThreadPool(threads, MergeRun::thread);
        try {
            ExecutorCompletionService<Boolean> work = new ExecutorCompletionService<>(pool);
            List<PlannedTensor> largestFirst = plan.tensors().stream()
                    .sorted(Comparator.comparingLong(
                                    (PlannedTensor tensor) -> tensor.shape().entries())
                            .reversed())
                    .toList();
            largestFirst.forEach(tensor -> work.submit(() -> merge(tensor), true));
            for (int done = 0; done < largestFirst.size(); done++) {
                work.take().get();
            }
        } catch (ExecutionException e) {
            throw rethrown(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Merging was interrupted", e);
        } finally {
            pool.shutdownNow();
            awaitEnd(pool);
        }
        return unchanged();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "merge");
        thread.setDaemon(true);
        return thread;
    }

    private static RuntimeException rethrown(ExecutionException e) {
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        return e.getCause() instanceof RuntimeException ours ? ours : new IllegalStateException("Merging failed", e);
    }

    /** The sinks are closed after this: nobody may write any more. */
    private static void awaitEnd(ExecutorService pool) {
        boolean ended = false;
        boolean interrupted = false;
        while (!ended) {
            try {
                ended = pool.awaitTermination(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void merge(PlannedTensor tensor) {
        Workspace idle = workspaces.poll();
        Workspace workspace = idle == null ? new Workspace() : idle;
        Pieces merged = new Pieces(
                tensor.inputs(),
                tensor.reference(),
                tensor.merged(),
                tensor.shape().columns(),
                workspace);
        tensor.merge().merge(merged, (result, offset, values, length) -> write(tensor, result, offset, values, length));
        note(tensor, merged);
        if (tensor.merged() < tensor.shape().entries()) {
            keepRest(tensor, workspace);
        }
        workspaces.add(workspace);
    }

    private void keepRest(PlannedTensor tensor, Workspace workspace) {
        TensorInput input = tensor.inputs().get(tensor.reference());
        long rest = tensor.shape().entries() - tensor.merged();
        TensorInput shifted = new TensorInput(input.model(), input.tensor(), new Rest(input.source(), tensor.merged()));
        Pieces pieces = new Pieces(List.of(shifted), 0, rest, 1, workspace);
        new KeptTensor(sinks.size())
                .merge(
                        pieces,
                        (result, offset, values, length) ->
                                write(tensor, result, tensor.merged() + offset, values, length));
    }

    /** A model whose tensors begin later. */
    private record Rest(TensorSource whole, long begin) implements TensorSource {

        @Override
        public Map<String, Shape> shapes() {
            return whole.shapes();
        }

        @Override
        public void read(String tensor, long offset, float[] target, int length) {
            whole.read(tensor, begin + offset, target, length);
        }
    }

    private void write(PlannedTensor tensor, int result, long offset, float[] values, int length) {
        sinks.get(result).write(tensor.name(), offset, values, length);
        progress.written(length);
    }

    private void note(PlannedTensor tensor, Pieces pieces) {
        synchronized (changed) {
            for (int input = 0; input < tensor.inputs().size(); input++) {
                if (pieces.differs(input)) {
                    changed.add(tensor.inputs().get(input).model());
                }
            }
        }
    }

    private List<String> unchanged() {
        Set<String> others = new LinkedHashSet<>();
        String reference = plan.tensors().get(0).referenceModel();
        plan.tensors().forEach(tensor -> tensor.inputs().forEach(input -> others.add(input.model())));
        others.remove(reference);
        if (!plan.recipe().mergesWholeModels() || others.isEmpty()) {
            return List.of();
        }
        List<String> unchanged = new ArrayList<>(others);
        unchanged.removeAll(changed);
        if (unchanged.size() == others.size()) {
            throw new MergeException("Nothing would change: every merged weight of " + String.join(" and ", unchanged)
                    + " equals that of " + reference + "; name the model that was trained");
        }
        return unchanged;
    }
}
