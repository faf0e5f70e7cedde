package io.adm4j.export.importer;

/** What is wrong with a TensorFlow graph, as the end of a sentence that begins with the file's name. */
final class GraphProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GraphProblem(String clause) {
        super(clause);
    }
}
