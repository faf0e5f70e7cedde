package io.adm4j.harness.cli.option;

import picocli.CommandLine.Option;

/** Graphs of a bundle that are made when they are asked for. */
public final class ExtraGraphOptions {
    /** Such a graph. */
    public enum ExtraGraph {
        DENOISER_VJP;

        /** As users write it. */
        @Override
        public String toString() {
            return "denoiser-vjp";
        }
    }

    @Option(
            names = "--with",
            paramLabel = "GRAPH",
            description =
                    "denoiser-vjp: also the denoiser's vector-Jacobian product, in fp32, for 'restore --method dps', which"
                            + " otherwise makes it at its first use.")
    private ExtraGraph with;

    /** Whether the denoiser's vector-Jacobian product was asked for. */
    public boolean denoiserVjp() {
        return with == ExtraGraph.DENOISER_VJP;
    }
}
