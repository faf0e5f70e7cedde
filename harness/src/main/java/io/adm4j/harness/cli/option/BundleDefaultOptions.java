package io.adm4j.harness.cli.option;

import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.feedback.UserError;
import io.adm4j.sampling.SampleRequestException;
import io.adm4j.sampling.SamplingDefaults;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The defaults for sampling that a bundle carries. */
public final class BundleDefaultOptions {
    @Option(
            names = "--default",
            paramLabel = "NAME=VALUE",
            description =
                    "How the bundle of a denoiser is sampled where nobody says otherwise: sampler, steps, eta, classifierScale,"
                            + " guidanceInterval, guidanceRescale, thresholding, thresholdingRatio, solverOrder, solverMethod or"
                            + " skipType. May be given several times.")
    private Map<String, String> named = new LinkedHashMap<>();

    /** Whether there are any. */
    public boolean given() {
        return !named.isEmpty();
    }

    /**
     * The defaults.
     *
     * @throws UserError if there is no such setting
     */
    public SamplingDefaults defaults() {
        return SamplingDefaults.of(named);
    }

    /**
     * Checks that a model can be sampled so, before anything is written.
     *
     * @throws UserError if not
     */
    public void check(DiffusionConfig process, boolean hasClassifier) {
        try {
            defaults().check(process, hasClassifier);
        } catch (SampleRequestException e) {
            throw new UserError(e.messageFor("--default " + e.field().key()), e);
        }
    }
}
