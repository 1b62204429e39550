package io.trimtab.job;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.stream.Stream;

/** The plan of the house as the build enforces it: what may not enter which room, each rule with its reason. */
@AnalyzeClasses(packages = "io.trimtab", importOptions = DoNotIncludeTests.class)
class HouseRulesTest {
    /** One slice for each package of data, merge and job.spark. */
    private static final SliceAssignment PACKAGES = new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String name = type.getPackageName();
            return Stream.of("data", "merge", "job.spark").anyMatch(room -> name.startsWith("io.trimtab." + room))
                    ? SliceIdentifier.of(name)
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages of data, merge and job.spark";
        }
    };

    @ArchTest
    static final ArchRule THE_LOWER_ROOMS_KNOW_NO_CLUSTER = noClasses()
            .that()
            .resideInAnyPackage("io.trimtab.data..", "io.trimtab.model..", "io.trimtab.merge..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..")
            .because("rows, models and merging must be testable, and usable, without a cluster");

    @ArchTest
    static final ArchRule DATA_KNOWS_NO_ENGINE = noClasses()
            .that()
            .resideInAPackage("io.trimtab.data..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl.engine..", "ai.djl.pytorch..", "io.trimtab.model..", "io.trimtab.merge..")
            .because("preparing a table must not load 400 MB of native libraries");

    @ArchTest
    static final ArchRule MERGE_IS_PLAIN_JAVA = classes()
            .that()
            .resideInAPackage("io.trimtab.merge..")
            .and()
            .doNotHaveSimpleName("IncubatorLoops")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", "io.trimtab.merge..")
            .because(
                    "the update rule is arithmetic on floats: it must be readable beside the paper and portable to any engine");

    @ArchTest
    static final ArchRule NOTHING_NEEDS_THE_INCUBATING_MODULE = noClasses()
            .that()
            .doNotHaveSimpleName("IncubatorLoops")
            .should()
            .dependOnClassesThat()
            .haveSimpleName("IncubatorLoops")
            .because("it can only be loaded where the JVM has the module, and only VectorLoops knows where that is");

    @ArchTest
    static final ArchRule ONLY_THE_ENGINE_ROOM_TOUCHES_THE_ENGINE = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.trimtab.model", "io.trimtab.model.engine..", "ai.djl..", "io.trimtab.data.tokens..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl..")
            .because("native memory has one owner; a leak or a wrong thread is looked for in one place");

    @ArchTest
    static final ArchRule LOSSES_ARE_PLAIN_JAVA = noClasses()
            .that()
            .resideInAPackage("io.trimtab.model.loss..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl..", "io.trimtab.model.engine..")
            .because("a loss returns d loss / d log-prob and is tested against golden derivatives without an engine");

    @ArchTest
    static final ArchRule SPARK_HAS_ONE_ROOM = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.trimtab.job.spark..",
                    "io.trimtab.job.stages..",
                    "io.trimtab.job.quickstart..",
                    "io.trimtab.job.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "scala..")
            .because("the loop and the checkpoints must run without Spark; a Spark upgrade touches one package");

    @ArchTest
    static final ArchRule THE_LOOP_KNOWS_NO_FILE_SYSTEM = noClasses()
            .that()
            .resideInAPackage("io.trimtab.job.train..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.hadoop..")
            .because("the loop sees an iterator of batches and a port for checkpoints");

    @ArchTest
    static final ArchRule HOCON_IS_READ_IN_ONE_PLACE = noClasses()
            .that()
            .resideOutsideOfPackage("io.trimtab.job.config..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.typesafe.config..", "org.yaml.snakeyaml..")
            .because("a value that is read elsewhere has no checked range, no origin and no place in the manual");

    @ArchTest
    static final ArchRule COMMANDS_ARE_PARSED_IN_ONE_PLACE = noClasses()
            .that()
            .resideOutsideOfPackage("io.trimtab.job.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli..")
            .because("stages are called by schedulers and tests too");

    @ArchTest
    static final ArchRule ROOMS_BESIDE_EACH_OTHER_FORM_NO_CIRCLE = slices().assignedFrom(PACKAGES)
            .should()
            .beFreeOfCycles()
            .because("a package that needs its user cannot be read, tested or replaced without it");

    @ArchTest
    static final ArchRule THE_JOB_HAS_A_DIRECTION = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.trimtab.job..")
            .layer("config")
            .definedBy("io.trimtab.job.config..")
            .layer("metrics")
            .definedBy("io.trimtab.job.metrics..")
            .layer("checkpoint")
            .definedBy("io.trimtab.job.checkpoint..")
            .layer("train")
            .definedBy("io.trimtab.job.train..")
            .layer("spark")
            .definedBy("io.trimtab.job.spark..")
            .layer("stages")
            .definedBy("io.trimtab.job.stages..")
            .layer("report")
            .definedBy("io.trimtab.job.report..")
            .layer("quickstart")
            .definedBy("io.trimtab.job.quickstart..")
            .layer("cli")
            .definedBy("io.trimtab.job.cli..")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("quickstart")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("stages")
            .mayOnlyBeAccessedByLayers("quickstart", "cli")
            .whereLayer("report")
            .mayOnlyBeAccessedByLayers("stages", "quickstart", "cli")
            .whereLayer("spark")
            .mayOnlyBeAccessedByLayers("stages", "quickstart", "cli")
            .whereLayer("train")
            .mayOnlyBeAccessedByLayers("spark", "stages", "quickstart", "cli")
            .because(
                    "config <- metrics, checkpoint <- train <- spark <- stages <- quickstart <- cli; report reads files only");
}
