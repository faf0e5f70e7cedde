package io.adm4j.spark;

import io.adm4j.io.PngWriter;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Sampled images as a table for those who go on in Spark. */
final class ParquetImages {
    private static final StructType COLUMNS = new StructType()
            .add("seed", DataTypes.LongType, false)
            .add("label", DataTypes.IntegerType, true)
            .add("png", DataTypes.BinaryType, false);

    private ParquetImages() {}

    /**
     * Writes one row for each image; replaces the table.
     *
     * @param batches first image of each
     * @param seed of the first image
     */
    static void write(JobContext context, ShardFolder shards, List<Integer> batches, long seed, String location) {
        SparkFailure.translate(() -> {
            JavaRDD<Row> rows = context.spark()
                    .parallelize(batches, Math.min(batches.size(), JobContext.MOST_TASKS))
                    .flatMap(first -> rows(shards.arrays(first), seed + first).iterator());
            // A few large files rather than one for each batch.
            context.session()
                    .createDataFrame(rows, COLUMNS)
                    .coalesce(context.spark().defaultParallelism())
                    .write()
                    .mode(SaveMode.Overwrite)
                    .parquet(location);
            return true;
        });
    }

    private static List<Row> rows(Map<String, Tensor> batch, long seed) {
        Tensor images = Objects.requireNonNull(batch.get("arr_0"));
        Tensor labels = batch.get("arr_1");
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < images.dim(0); i++) {
            byte[] png = PngWriter.encode(
                    images.rows(i, i + 1).toByteArray(), (int) images.dim(2), (int) images.dim(1), (int) images.dim(3));
            Object[] values = {seed + i, null, png};
            if (labels != null) {
                values[1] = (int) labels.longs().get(i);
            }
            rows.add(RowFactory.create(values));
        }
        return rows;
    }
}
