package io.trimtab.merge.vector;

import java.lang.reflect.Constructor;
import org.jspecify.annotations.Nullable;

/** Finds the loops by name: their class can only be loaded where the JVM has the module. */
final class Loader {

    private static final String MODULE = "jdk.incubator.vector";

    static final @Nullable Constructor<? extends VectorLoops> CLASS = find();

    private Loader() {}

    private static @Nullable Constructor<? extends VectorLoops> find() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()
                || !compiles(System.getProperty("java.vm.info", ""), System.getProperty("java.vm.version", ""))) {
            return null;
        }
        try {
            return Class.forName(Loader.class.getPackageName() + ".IncubatorLoops")
                    .asSubclass(VectorLoops.class)
                    .getDeclaredConstructor();
        } catch (ReflectiveOperationException | LinkageError e) {
            return null; // another JDK's module
        }
    }

    /**
     * Only HotSpot's second compiler makes vector instructions of the API; everything else makes an object of each vector. Without it, the JVM calls itself interpreted or
     * an emulated client; one with another compiler has "jvmci" in its version.
     */
    static boolean compiles(String info, String version) {
        return info.contains("mixed mode") && !info.contains("emulated-client") && !version.contains("jvmci");
    }

    static @Nullable VectorLoops create(Constructor<? extends VectorLoops> constructor) {
        try {
            return constructor.newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            return null;
        }
    }
}
