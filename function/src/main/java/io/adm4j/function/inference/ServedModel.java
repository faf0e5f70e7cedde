package io.adm4j.function.inference;

import io.adm4j.feedback.Quoted;
import io.adm4j.function.http.HttpException;
import io.adm4j.function.service.SamplingService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** The one model as clients of the protocol name it; it has one version, named by the bundle's digest. */
@ApplicationScoped
public class ServedModel {
    /** Enough of the digest to tell versions apart. */
    private static final int VERSION_LENGTH = 12;

    @Inject
    SamplingService sampling;

    String version() {
        return sampling.bundles().images().digest().substring(0, VERSION_LENGTH);
    }

    /**
     * Requires the name of the model.
     *
     * @throws HttpException 404 for another one
     */
    void requireName(String name) {
        if (!name.equals(sampling.modelName())) {
            throw HttpException.notFound(
                    "There is no model " + Quoted.of(name) + ": this one is " + sampling.modelName() + ".");
        }
    }

    /**
     * Requires the version of the model.
     *
     * @throws HttpException 404 for another one
     */
    void requireVersion(String version) {
        if (!version.equals(version())) {
            throw HttpException.notFound("There is no version " + Quoted.of(version) + " of " + sampling.modelName()
                    + ": this one is " + version() + ".");
        }
    }
}
