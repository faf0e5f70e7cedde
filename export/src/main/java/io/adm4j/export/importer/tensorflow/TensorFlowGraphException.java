package io.adm4j.export.importer.tensorflow;

/** The defect of a TensorFlow graph, as the end of a sentence that begins with the file's name. */
final class TensorFlowGraphException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TensorFlowGraphException(String clause) {
        super(clause);
    }
}
