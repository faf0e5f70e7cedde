package io.adm4j.harness.cli.console;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Handlers of signals, until closed; those before them are put back then.
 *
 * <p>{@code sun.misc.Signal} is called by reflection: javac and Javadoc warn of it and cannot be told not to.
 */
final class SignalHandlers implements AutoCloseable {
    private final Map<Object, Object> before = new HashMap<>();

    /**
     * Handles a signal from now on.
     *
     * @param name without SIG: "TERM"
     * @param action gets the signal's number, on a thread of its own
     * @throws IllegalStateException if the JVM lets no program handle this signal, as with {@code -Xrs}, or the system has
     *     none of this name
     */
    void add(String name, int number, IntConsumer action) {
        Object signal = signal(name);
        Object handler = handler((proxy, method, arguments) -> {
            action.accept(number);
            return null;
        });
        before.put(signal, handle(signal, handler));
    }

    @Override
    public void close() {
        before.forEach(SignalHandlers::handle);
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
