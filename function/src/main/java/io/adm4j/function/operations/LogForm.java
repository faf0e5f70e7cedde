package io.adm4j.function.operations;

import io.adm4j.function.service.FunctionConfig;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.handlers.ConsoleHandler;

/** The form of the log, {@code adm4j.log}: lines of text, or of JSON for log collectors. */
@Singleton
public class LogForm {
    private final FunctionConfig config;

    @Inject
    LogForm(FunctionConfig config) {
        this.config = config;
    }

    /** Before everything else that starts, so that its lines have the form too. */
    void set(@Observes @Priority(0) StartupEvent event) {
        switch (config.log()) {
            case "text" -> {}
            case "json" -> set(Logger.getLogger("").getHandlers());
            default -> throw new ConfigurationException("adm4j.log must be text or json, not '" + config.log() + "'.");
        }
    }

    /** The console's handler may be within others. */
    private static void set(Handler... handlers) {
        for (Handler handler : handlers) {
            if (handler instanceof ConsoleHandler console) {
                console.setFormatter(new JsonLogFormatter());
            } else if (handler instanceof ExtHandler around) {
                set(around.getHandlers());
            }
        }
    }
}
