package io.adm4j.harness.sampling;

/**
 * One of the parts into which several processes divide a run.
 *
 * @param number from 1
 * @param of how many there are
 */
public record Share(int number, int of) {
    /** A run that nobody shares. */
    public static final Share WHOLE = new Share(1, 1);

    /** @throws IllegalArgumentException if there is no such part */
    public Share {
        if (number < 1 || number > of) {
            throw new IllegalArgumentException("There is no part " + number + " of " + of + ".");
        }
    }

    /** The first of this part's images, of so many in all. */
    public int from(int count) {
        return (int) ((long) count * (number - 1) / of);
    }

    /** The end of this part's images, exclusive. */
    public int to(int count) {
        return (int) ((long) count * number / of);
    }

    /** The first of this part's images where whole batches are shared: the batches are those of the whole run. */
    public int from(int count, int batchSize) {
        return firstOf(from(batches(count, batchSize)), count, batchSize);
    }

    /** The end of this part's images where whole batches are shared, exclusive. */
    public int to(int count, int batchSize) {
        return firstOf(to(batches(count, batchSize)), count, batchSize);
    }

    private static int batches(int count, int batchSize) {
        return (int) (((long) count + batchSize - 1) / batchSize);
    }

    private static int firstOf(int batch, int count, int batchSize) {
        return (int) Math.min(count, (long) batch * batchSize);
    }

    /** As the option {@code --part} takes it, such as 2/4. */
    @Override
    public String toString() {
        return number + "/" + of;
    }
}
