package io.trimtab.job.stages;

/** Which build of Trimtab this is. */
final class CodeVersion {
    private CodeVersion() {}

    static String current() {
        String version = CodeVersion.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged build)" : version;
    }
}
