package io.adm4j.function.page;

import io.quarkus.test.common.http.TestHTTPResource;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test of the page, with a visitor of its own for each method. */
abstract class BrowserTest {
    @TestHTTPResource("/")
    URI base;

    Visitor visitor;

    @BeforeEach
    void open() {
        visitor = Visitor.of(base);
    }

    @AfterEach
    void close() {
        if (visitor != null) {
            visitor.close();
        }
    }
}
