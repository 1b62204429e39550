package io.trimtab.job.spark.score;

import io.trimtab.data.Example;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.spark.cluster.RankResources;
import io.trimtab.job.spark.cluster.SparkFailures;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.job.spark.files.ModelIdentity;
import io.trimtab.job.spark.prepare.PreparedTable;
import io.trimtab.model.Policy;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.engine.DeviceChoice;
import io.trimtab.model.evaluate.AnswerScore;
import io.trimtab.model.evaluate.Evaluator;
import io.trimtab.model.evaluate.Score;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * Tests of finished models as plain Spark jobs, one per model: an executor loads the model once and takes all tests. Rows meet in the same
 * groups, and partial sums are added in the same order, for any number of executors. Driver only.
 */
public final class Evaluations {
    private static final int GROUP_ROWS = 256;
    private static final int TASKS_PER_RANK = 4;

    private final SparkSession session;
    private final HadoopSettings hadoop;
    private final TrimtabConfig config;
    private final Consumer<String> progress;

    public Evaluations(SparkSession session, HadoopSettings hadoop, TrimtabConfig config, Consumer<String> progress) {
        this.session = session;
        this.hadoop = hadoop;
        this.config = config;
        this.progress = progress;
    }

    /** How a test is judged. */
    public enum Measure {
        EXACT_MATCH,
        /** The chosen completion against every rejected one, by log-prob of the whole. */
        CHOICE,
        LOG_PROB;

        Score of(Evaluator evaluator, List<Example> examples) {
            return switch (this) {
                case EXACT_MATCH -> evaluator.exactMatch(examples);
                case CHOICE -> evaluator.multipleChoice(examples, AnswerScore.SUM);
                case LOG_PROB -> evaluator.logProb(examples);
            };
        }
    }

    /** A test: its name in evaluation.json, its rows, how they are judged. */
    public record Test(String name, PreparedTable table, Measure measure) {}

    /** A group of a test's rows, in the order in which sums are added. */
    private record Group(int test, long number) implements Comparable<Group>, Serializable {
        private static final Comparator<Group> ORDER =
                Comparator.comparingInt(Group::test).thenComparingLong(Group::number);

        @Override
        public int compareTo(Group other) {
            return ORDER.compare(this, other);
        }
    }

    private record Member(long row, Example example) implements Serializable {}

    private record GroupScore(Group group, Score score) implements Serializable {}

    /** Scores by test name, in the order given. */
    public Map<String, Score> evaluate(String model, String modelFolder, List<Test> tests) {
        progress.accept("evaluating " + model);
        RankResources resources = RankResources.of(
                session.sparkContext().getConf(), config.cluster().threadsPerRank());
        List<Measure> measures = tests.stream().map(Test::measure).toList();
        Subject subject = new Subject(
                modelFolder + " " + ModelIdentity.of(hadoop, modelFolder) + " "
                        + config.model().precision(),
                modelFolder,
                new LocalFolders.Settings(hadoop, config.cluster().localDirectory()),
                PolicyOptions.inference(resources.threads())
                        .withPrecision(config.model().precision()),
                config.model().device(),
                config.training().microBatchTokens(),
                new ArrayList<>(measures));
        JavaRDD<GroupScore> scores = groups(tests).mapPartitions(subject::take);
        List<GroupScore> found = SparkFailures.explained(() -> new ArrayList<>(
                (resources.profile() == null ? scores : scores.withResources(resources.profile())).collect()));
        found.sort(Comparator.comparing(GroupScore::group));
        Map<String, Score> byTest = new LinkedHashMap<>();
        tests.forEach(test -> byTest.put(test.name(), Score.NONE));
        found.forEach(part -> byTest.merge(tests.get(part.group().test()).name(), part.score(), Score::plus));
        return byTest;
    }

    private JavaPairRDD<Group, Member> groups(List<Test> tests) {
        JavaPairRDD<Group, Member> all = null;
        for (int i = 0; i < tests.size(); i++) {
            int test = i;
            JavaPairRDD<Group, Member> rows = tests.get(i)
                    .table()
                    .examples()
                    .mapToPair(row ->
                            new Tuple2<>(new Group(test, row._1() / GROUP_ROWS), new Member(row._1(), row._2())));
            all = all == null ? rows : all.union(rows);
        }
        if (all == null) {
            throw new IllegalArgumentException("There is no test to take");
        }
        return all.repartitionAndSortWithinPartitions(
                new HashPartitioner(config.cluster().ranks() * TASKS_PER_RANK));
    }

    /** A model that takes tests on executors. */
    private record Subject(
            String key,
            String modelFolder,
            LocalFolders.Settings folders,
            PolicyOptions options,
            DeviceChoice device,
            int microBatchTokens,
            ArrayList<Measure> measures)
            implements Serializable {
        Iterator<GroupScore> take(Iterator<Tuple2<Group, Member>> rows) {
            Map<Group, List<Member>> groups = new TreeMap<>();
            rows.forEachRemaining(row ->
                    groups.computeIfAbsent(row._1(), group -> new ArrayList<>()).add(row._2()));
            if (groups.isEmpty()) {
                return List.<GroupScore>of().iterator();
            }
            return ExecutorModel.use(key, this::load, policy -> take(policy, groups))
                    .iterator();
        }

        private Policy load() {
            return RankPolicy.load(folders.open().of(modelFolder), options, device);
        }

        private List<GroupScore> take(Policy policy, Map<Group, List<Member>> groups) {
            Evaluator evaluator = new Evaluator(policy, microBatchTokens);
            List<GroupScore> scores = new ArrayList<>();
            groups.forEach((group, members) -> {
                members.sort(Comparator.comparingLong(Member::row));
                List<Example> examples = members.stream().map(Member::example).toList();
                scores.add(new GroupScore(group, measures.get(group.test()).of(evaluator, examples)));
            });
            return scores;
        }
    }
}
