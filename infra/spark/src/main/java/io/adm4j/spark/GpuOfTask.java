package io.adm4j.spark;

import io.adm4j.runtime.OnnxSession;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** The GPU that Spark has given to a task; an executor has one at most, so that there is one session per GPU. */
final class GpuOfTask {
    private GpuOfTask() {}

    /** Lets the sessions that this process opens from now on run on it. */
    static void use() {
        TaskContext task = TaskContext.get();
        ResourceInformation gpu = task == null ? null : task.resourcesJMap().get("gpu");
        if (gpu != null) {
            System.setProperty(OnnxSession.CUDA_DEVICE, gpu.addresses()[0]);
        }
    }
}
