package io.adm4j.function.http;

import io.adm4j.feedback.Quoted;
import io.adm4j.function.service.JsonFields;
import io.adm4j.function.service.Refusal;
import io.adm4j.function.service.RestoreFields;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.multipart.Attribute;
import io.netty.handler.codec.http.multipart.DefaultHttpDataFactory;
import io.netty.handler.codec.http.multipart.FileUpload;
import io.netty.handler.codec.http.multipart.HttpPostMultipartRequestDecoder;
import io.netty.handler.codec.http.multipart.HttpPostRequestDecoder;
import io.netty.handler.codec.http.multipart.InterfaceHttpData;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the fields of a request to restore an image, from JSON or from a form with files. */
final class RestoreBody {
    private RestoreBody() {}

    /**
     * Checks a body of JSON.
     *
     * @param longest bytes that it may have
     */
    static void checkJson(RoutingContext request, long longest) {
        checkLength(request, longest);
        BodyType.require(request, BodyType.JSON);
        SampleFields.json(request);
    }

    /** Checks a body of JSON, or a form; what the form holds is checked by {@link #read}. */
    static void check(RoutingContext request, long longest) {
        if (BodyType.form(request).isPresent()) {
            checkLength(request, longest);
        } else {
            checkJson(request, longest);
        }
    }

    private static void checkLength(RoutingContext request, long longest) {
        if (request.request().query() != null) {
            throw Refusal.badInput("A POST takes its fields from the body, not from the query.");
        }
        if (request.body().length() > longest) {
            throw HttpException.tooLarge("The body is too large: images of this model fit into " + longest + " bytes.");
        }
    }

    /**
     * The fields of a checked request.
     *
     * @throws Refusal if the form cannot be read
     */
    static RestoreFields read(RoutingContext request) {
        return BodyType.form(request)
                .map(type -> form(request, type))
                .orElseGet(() -> RestoreFields.of(JsonFields.of(SampleFields.json(request), "The body")));
    }

    private static RestoreFields form(RoutingContext request, String type) {
        byte[] body = request.body().buffer() == null
                ? new byte[0]
                : request.body().buffer().getBytes();
        DefaultFullHttpRequest http = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.POST, RestoreDoor.IMAGE, Unpooled.wrappedBuffer(body));
        http.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        HttpPostMultipartRequestDecoder decoder = decoder(http);
        try {
            return fields(decoder);
        } catch (IOException e) {
            throw malformed();
        } finally {
            decoder.destroy();
        }
    }

    /** Has read the whole form; all parts stay in memory. */
    private static HttpPostMultipartRequestDecoder decoder(HttpRequest http) {
        if (!HttpPostRequestDecoder.isMultipart(http)) {
            throw malformed();
        }
        try {
            return new HttpPostMultipartRequestDecoder(new DefaultHttpDataFactory(false), http);
        } catch (RuntimeException e) {
            // What is malformed in a form makes the decoder fail in several ways.
            throw malformed();
        }
    }

    private static Refusal malformed() {
        return Refusal.badInput("The body is no multipart/form-data that can be read.");
    }

    private static RestoreFields fields(HttpPostMultipartRequestDecoder decoder) throws IOException {
        Map<String, String> values = new HashMap<>();
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (InterfaceHttpData part : decoder.getBodyHttpDatas()) {
            String name = part.getName();
            if (values.containsKey(name) || files.containsKey(name)) {
                throw Refusal.badInput(Quoted.of(name) + " is given more than once, but each field may be given once.");
            }
            boolean file = RestoreFields.FILES.contains(name);
            if (file && part instanceof FileUpload upload) {
                files.put(name, upload.get());
            } else if (!file && part instanceof Attribute attribute) {
                values.put(name, new String(attribute.get(), StandardCharsets.UTF_8));
            } else {
                throw Refusal.badInput(Quoted.of(name)
                        + (file
                                ? " must be a file, as curl -F " + name + "=@FILE.png sends it."
                                : " must not be a file."));
            }
        }
        return new RestoreFields(values, files);
    }
}
