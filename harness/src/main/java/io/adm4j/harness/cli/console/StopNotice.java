package io.adm4j.harness.cli.console;

import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/**
 * Says how to continue when the process gets a signal to end, as by Ctrl-C, before it is done, and ends it.
 *
 * <p>The process ends at once, with 128 and the signal's number: an orderly shutdown would release ONNX
 * Runtime while other threads still compute in it, which crashes.
 *
 * <p>{@code sun.misc.Signal} is called by reflection: javac and Javadoc warn of it and cannot be told not to.
 */
public final class StopNotice implements AutoCloseable {
    private static final Map<String, Integer> SIGNALS = Map.of("INT", 2, "TERM", 15);

    private final Map<Object, Object> before = new HashMap<>();

    private StopNotice() {}

    /**
     * @param message one line, which is printed if a signal comes before {@link #close()}
     * @throws IllegalStateException if the JVM lets no program handle these signals, as with {@code -Xrs}
     */
    public static StopNotice of(PrintWriter err, String message) {
        StopNotice notice = new StopNotice();
        SIGNALS.forEach((name, number) -> {
            Object signal = signal(name);
            Object handler = handler((proxy, method, arguments) -> {
                err.println();
                err.println(message);
                err.flush();
                Runtime.getRuntime().halt(128 + number);
                return null;
            });
            notice.before.put(signal, handle(signal, handler));
        });
        return notice;
    }

    @Override
    public void close() {
        before.forEach(StopNotice::handle);
    }

    private static Object signal(String name) {
        try {
            return type("Signal").getConstructor(String.class).newInstance(name);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This JVM has no signal " + name, e);
        }
    }

    private static Object handler(InvocationHandler action) {
        try {
            Class<?> type = type("SignalHandler");
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, action);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This JVM has no signal handlers", e);
        }
    }

    /** Sets the signal's handler and returns the one before. */
    private static Object handle(Object signal, Object handler) {
        try {
            return type("Signal")
                    .getMethod("handle", type("Signal"), type("SignalHandler"))
                    .invoke(null, signal, handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This JVM lets no program handle the signal " + signal, e);
        }
    }

    private static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName("sun.misc." + name);
    }
}
