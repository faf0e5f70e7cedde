package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.adm4j.function.LogRecords;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of an OpenID Connect provider, here a small one: {@code mvn -Poidc}, and only there. */
@Tag("oidc")
@QuarkusTest
@WithTestResource(OidcTest.Provider.class)
class OidcTest {
    /** Publishes its keys; the tests ask it for tokens. */
    public static class Provider implements QuarkusTestResourceLifecycleManager {
        private HttpServer server;
        private KeyPair keys;
        private KeyPair strange;

        @Override
        public Map<String, String> start() {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2048);
                keys = generator.generateKeyPair();
                strange = generator.generateKeyPair();
                server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
            RSAPublicKey key = (RSAPublicKey) keys.getPublic();
            serve(
                    "/.well-known/openid-configuration",
                    "{\"issuer\":\"" + url() + "\",\"jwks_uri\":\"" + url() + "/jwks\",\"token_endpoint\":\"" + url()
                            + "/token\",\"authorization_endpoint\":\"" + url() + "/auth\"}");
            serve(
                    "/jwks",
                    "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k1\",\"use\":\"sig\",\"alg\":\"RS256\",\"n\":\""
                            + base64(unsigned(key.getModulus().toByteArray())) + "\",\"e\":\""
                            + base64(unsigned(key.getPublicExponent().toByteArray())) + "\"}]}");
            server.start();
            return Map.of("quarkus.oidc.tenant-enabled", "true", "quarkus.oidc.auth-server-url", url());
        }

        private String url() {
            return "http://localhost:" + server.getAddress().getPort();
        }

        private void serve(String path, String json) {
            server.createContext(path, exchange -> {
                byte[] body = json.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields((Tokens) this::token, new TestInjector.MatchesType(Tokens.class));
        }

        private String token(String kind) {
            long expires = Instant.now().getEpochSecond() + (kind.equals("expired") ? -3600 : 3600);
            String issuer = kind.equals("foreign") ? "https://example.com" : url();
            String signed =
                    base64("{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8)) + "."
                            + base64(("{\"iss\":\"" + issuer + "\",\"sub\":\"carol\",\"upn\":\"carol\",\"iat\":"
                                            + (expires - 7200) + ",\"exp\":" + expires + "}")
                                    .getBytes(StandardCharsets.UTF_8));
            try {
                Signature signature = Signature.getInstance("SHA256withRSA");
                signature.initSign((kind.equals("forged") ? strange : keys).getPrivate());
                signature.update(signed.getBytes(StandardCharsets.US_ASCII));
                return signed + "." + base64(signature.sign());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        private static byte[] unsigned(byte[] number) {
            return number[0] == 0 ? java.util.Arrays.copyOfRange(number, 1, number.length) : number;
        }

        private static String base64(byte[] bytes) {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }

        @Override
        public void stop() {
            server.stop(0);
        }
    }

    /** Makes a token of a kind. */
    public interface Tokens {
        String of(String kind);
    }

    Tokens tokens;

    @Test
    void aTokenOfTheProviderIsAdmittedAndNamed() throws InterruptedException {
        try (LogRecords log = new LogRecords(RequestLog.CATEGORY)) {
            given().auth()
                    .oauth2(tokens.of("good"))
                    .when()
                    .get("/sample?steps=1&label=1")
                    .then()
                    .statusCode(200);
            String line = LogRecords.message(log.await(1).get(0));
            assertTrue(line.endsWith(" client=carol"), line);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"expired", "foreign", "forged"})
    void anyOtherIsRefused(String kind) {
        for (String path : new String[] {"/sample?steps=1", "/sample.png?steps=1", "/model", "/q/metrics"}) {
            given().auth()
                    .oauth2(tokens.of(kind))
                    .when()
                    .get(path)
                    .then()
                    .statusCode(401)
                    .header("X-Content-Type-Options", "nosniff");
        }
    }

    @Test
    void withoutOneOnlyHealthAnswers() {
        given().when().get("/sample?steps=1").then().statusCode(401);
        given().when().get("/model").then().statusCode(401);
        given().when().get("/q/health/ready").then().statusCode(200);
    }
}
