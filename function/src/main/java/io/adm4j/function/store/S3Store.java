package io.adm4j.function.store;

import io.adm4j.bundle.source.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Amazon's S3, or another store that speaks its protocol. Credentials and region come from the SDK's default chains: environment,
 * system properties, profiles, the role of a pod, function or machine.
 */
public final class S3Store implements ObjectStore {
    private static final int NOT_FOUND = 404;

    private final Optional<URI> endpoint;
    private final Duration connect;
    private final Duration silence;
    private final int tries;

    /**
     * @param endpoint address of another store than Amazon's, which then has its buckets in the path
     * @param connect how long a connection may take to be made
     * @param silence how long a connection may be silent
     * @param tries attempts at a request
     */
    public S3Store(Optional<URI> endpoint, Duration connect, Duration silence, int tries) {
        this.endpoint = endpoint;
        this.connect = connect;
        this.silence = silence;
        this.tries = tries;
    }

    @Override
    public Optional<String> version(String bucket, String key) throws IOException {
        try (S3Client client = client()) {
            return asking(
                    () -> client.headObject(request -> request.bucket(bucket).key(key)), S3Store::version);
        }
    }

    private static String version(HeadObjectResponse found) {
        return found.eTag() + " " + found.contentLength() + " " + found.lastModified();
    }

    @Override
    public Optional<InputStream> read(String bucket, String key) throws IOException {
        S3Client client = client();
        Optional<InputStream> found = Optional.empty();
        try {
            found = asking(
                    () -> client.getObject(request -> request.bucket(bucket).key(key)),
                    stream -> new ClosingStream(stream, client));
            return found;
        } finally {
            if (found.isEmpty()) {
                client.close();
            }
        }
    }

    private S3Client client() throws IOException {
        try {
            S3ClientBuilder builder = S3Client.builder()
                    .httpClientBuilder(UrlConnectionHttpClient.builder()
                            .connectionTimeout(connect)
                            .socketTimeout(silence))
                    .overrideConfiguration(options -> options.retryStrategy(retry -> retry.maxAttempts(tries)));
            endpoint.ifPresent(address ->
                    builder.endpointOverride(address).forcePathStyle(true).region(region()));
            return builder.build();
        } catch (SdkException e) {
            throw failure(e);
        }
    }

    /** Other stores have no regions, but requests are signed for one. */
    private static Region region() {
        try {
            return new DefaultAwsRegionProviderChain().getRegion();
        } catch (SdkException e) {
            return Region.US_EAST_1;
        }
    }

    /** A request that may find nothing. */
    @FunctionalInterface
    private interface Request<T> {
        T send();
    }

    private static <T, R> Optional<R> asking(Request<T> request, Function<T, R> result) throws IOException {
        try {
            return Optional.of(result.apply(request.send()));
        } catch (S3Exception e) {
            if (e.statusCode() == NOT_FOUND) {
                return Optional.empty();
            }
            throw failure(e);
        } catch (SdkException e) {
            throw failure(e);
        }
    }

    private static IOException failure(SdkException e) {
        if (e instanceof S3Exception answer) {
            String code = answer.awsErrorDetails() == null
                    ? ""
                    : " " + answer.awsErrorDetails().errorCode();
            return new IOException("the store answers " + answer.statusCode() + code, e);
        }
        String message = String.valueOf(e.getMessage());
        if (message.startsWith("Unable to load credentials")) {
            return new IOException("no AWS credentials are in the environment, a profile or a role", e);
        }
        if (message.startsWith("Unable to load region")) {
            return new IOException("no AWS region is set (AWS_REGION)", e);
        }
        Throwable last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return new IOException(
                last.getClass().getSimpleName() + " "
                        + String.valueOf(last.getMessage()).lines().findFirst().orElse(""),
                e);
    }
}
