package io.adm4j.export.net;

import io.adm4j.export.graph.Initializer;
import io.adm4j.export.graph.Parameter;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Weights as a network has them before training. An array depends only on the seed and the parameter's name, shape and
 * initializer, not on the order of the parameters.
 */
public final class InitialWeights {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private InitialWeights() {}

    /** One float32 array for each parameter, by its name. */
    public static Map<String, Tensor> of(List<Parameter> parameters, long seed) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        for (Parameter p : parameters) {
            Tensor tensor = Tensor.zeros(ElementType.FLOAT32, p.shape());
            fill(tensor.floats(), p.initializer(), new SplittableRandom(seed ^ hash(p.name())));
            weights.put(p.name(), tensor);
        }
        return weights;
    }

    private static void fill(FloatBuffer values, Initializer initializer, SplittableRandom random) {
        if (initializer instanceof Initializer.Constant constant) {
            while (values.hasRemaining()) {
                values.put(constant.value());
            }
        } else if (initializer instanceof Initializer.Uniform uniform) {
            while (values.hasRemaining()) {
                values.put((float) (uniform.bound() * (2 * random.nextDouble() - 1)));
            }
        } else if (initializer instanceof Initializer.Normal normal) {
            while (values.hasRemaining()) {
                values.put((float) (normal.standardDeviation() * gaussian(random)));
            }
        }
    }

    /** Box and Muller's method: unlike the platform's own, the same in every version. */
    private static double gaussian(SplittableRandom random) {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
    }

    /** FNV-1a over the characters. */
    private static long hash(String name) {
        long h = FNV_OFFSET;
        for (int i = 0; i < name.length(); i++) {
            h = (h ^ name.charAt(i)) * FNV_PRIME;
        }
        return h;
    }
}
