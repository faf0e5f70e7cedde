package io.adm4j.harness.training.engine;

import io.adm4j.export.training.AdamW;
import io.adm4j.runtime.Device;
import java.util.List;

/**
 * What an engine needs to know beside the network.
 *
 * @param emaRates decay rates of the moving averages, each in (0, 1); may be empty
 * @param threads CPU threads; 0 for as many as there are processors
 */
public record EngineSettings(AdamW optimizer, List<Double> emaRates, Device device, int threads) {}
