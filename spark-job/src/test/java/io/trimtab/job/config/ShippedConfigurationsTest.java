package io.trimtab.job.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in {@code conf/} is copied by newcomers. */
class ShippedConfigurationsTest {
    @ParameterizedTest
    @ValueSource(strings = {"pretrain", "sft", "dpo", "kto"})
    void loadsWithoutAWarning(String name) {
        ResolvedConfig config = ResolvedConfig.load(List.of(Path.of("..", "conf", name + ".conf")), List.of());

        assertThat(config.warnings()).isEmpty();
        assertThat(config.settings().training().stage().name()).isEqualTo(name.toUpperCase(Locale.ROOT));
        assertThat(config.settings().runDirectory()).isEqualTo("runs/" + name);
    }

    @Test
    void theTableOfACatalogNamesTheCatalog() {
        ResolvedConfig config = ResolvedConfig.load(List.of(Path.of("../conf/kto-table.conf")), List.of());

        assertThat(config.warnings()).isEmpty();
        assertThat(config.settings().cluster().spark())
                .containsEntry("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog")
                .containsEntry("spark.sql.catalog.lake.type", "hadoop");
    }
}
