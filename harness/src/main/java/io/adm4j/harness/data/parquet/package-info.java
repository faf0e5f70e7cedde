/**
 * Columns of Parquet files: numbers, texts and bytes, page by page. The format's library (parquet-java) is not used: it needs classes of
 * Hadoop, reads row groups whole, and takes as much memory as a file claims to need.
 *
 * <p>Files are not trusted: whatever they hold ends in values or an {@link java.io.IOException} whose message is a clause ("its footer is
 * damaged"). Knows no images; nothing else of the harness may come in.
 *
 * @see <a href="https://github.com/apache/parquet-format">the specification</a>
 */
package io.adm4j.harness.data.parquet;
