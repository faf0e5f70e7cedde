package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The samples of another source, but for the way to their images. */
public abstract class ForwardingSamples implements SampleSource {
    /** The other source. */
    protected final SampleSource source;

    /** @param source whose samples they are */
    protected ForwardingSamples(SampleSource source) {
        this.source = source;
    }

    @Override
    public int count() {
        return source.count();
    }

    @Override
    public int imageSize() {
        return source.imageSize();
    }

    @Override
    public int channels() {
        return source.channels();
    }

    @Override
    public int[] labels(int from, int to) {
        return source.labels(from, to);
    }

    @Override
    public void check(int batchSize) {
        source.check(batchSize);
    }

    @Override
    public ObjectNode settings() {
        return source.settings();
    }
}
