package io.trimtab.job.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import java.io.File;

/** {@code include "other.conf"}, beside the including file; one that is missing is refused, where HOCON would go on without it. */
final class StrictIncludes implements ConfigIncluder, ConfigIncluderFile {
    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
        try {
            return context.relativeTo(what).parse(strict(context));
        } catch (ConfigException.IO e) {
            throw new ConfigException.Generic(
                    "Cannot include \"" + what + "\": there is no such file beside the one that includes it", e);
        }
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
        return ConfigFactory.parseFile(what, strict(context)).root();
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
        return this;
    }

    private static ConfigParseOptions strict(ConfigIncludeContext context) {
        return context.parseOptions().setSyntax(null).setOriginDescription(null).setAllowMissing(false);
    }
}
