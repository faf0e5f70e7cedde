package io.adm4j.harness.cli.option;

/** Headings of the sections of a command's help, in the order in which commands show them. */
public final class Section {
    public static final String MODEL = "%nModel:%n";
    public static final String DATA = "%nData:%n";
    public static final String IMAGES = "%nReading images:%n";
    public static final String SAMPLING = "%nSampling:%n";
    public static final String RESTORATION = "%nRestoration:%n";
    public static final String UPSAMPLING = "%nUpsampling:%n";
    public static final String CLASSIFIER = "%nClassifier:%n";
    public static final String NETWORK = "%nNetwork (published flags):%n";
    public static final String DIFFUSION = "%nDiffusion process (published flags):%n";
    public static final String PRESETS = "%nPresets and flags:%n";
    public static final String OPTIMIZATION = "%nOptimization:%n";
    public static final String REFERENCE = "%nImages for scores:%n";
    public static final String CHECKPOINTS = "%nCheckpoints, stopping and resuming:%n";
    public static final String MONITORING = "%nSeeing the run:%n";
    public static final String METRICS = "%nMetrics:%n";
    public static final String BASELINE = "%nComparison with an earlier run:%n";
    public static final String MEASUREMENT = "%nMeasurement:%n";
    public static final String KEEPING = "%nFeatures that are kept:%n";
    public static final String SHARING = "%nSharing the work:%n";
    public static final String OUTPUT = "%nOutput:%n";
    public static final String DEVICE = "%nDevice:%n";

    /** Order of a section behind those that have none. */
    public static final int LAST = 100;

    private Section() {}
}
