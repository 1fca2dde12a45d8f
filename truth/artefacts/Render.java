import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.InvalidPathException;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.spi.json.JacksonJsonProvider;
import com.jayway.jsonpath.spi.mapper.JacksonMappingProvider;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.lang.StringEscapeUtils;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;
import org.apache.velocity.runtime.RuntimeConstants;

/**
 * Renders mapping templates with Apache Velocity, with the variables of API Gateway ("API Gateway mapping template and
 * access logging variable reference").
 *
 * <p>Reads a JSON array of {@code {"template", "body", "path", "querystring", "header", "context", "stageVariables"}} and
 * writes an array of {@code {"text"}} or {@code {"error"}}.
 */
public final class Render {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Configuration PATHS = Configuration.builder()
        .jsonProvider(new JacksonJsonProvider(JSON))
        .mappingProvider(new JacksonMappingProvider(JSON))
        .build();

    public static void main(String[] arguments) throws IOException {
        VelocityEngine engine = new VelocityEngine();
        engine.setProperty(RuntimeConstants.RUNTIME_LOG_LOGSYSTEM_CLASS, "org.apache.velocity.runtime.log.NullLogChute");
        engine.init();
        ArrayNode answers = JSON.createArrayNode();
        for (JsonNode request : JSON.readTree(System.in)) {
            VelocityContext variables = new VelocityContext();
            variables.put("input", new Input(request));
            variables.put("util", new Util());
            variables.put("context", JSON.convertValue(request.path("context"), Map.class));
            variables.put("stageVariables", JSON.convertValue(request.path("stageVariables"), Map.class));
            StringWriter text = new StringWriter();
            try {
                engine.evaluate(variables, text, "template", request.get("template").asText());
                answers.addObject().put("text", text.toString());
            } catch (RuntimeException error) {
                answers.addObject().put("error", error.toString());
            }
        }
        System.out.write(JSON.writeValueAsBytes(answers));
        System.out.flush();
    }

    /** {@code $input}: what is not there is an empty text. */
    public static final class Input {
        private final JsonNode request;

        Input(JsonNode request) {
            this.request = request;
        }

        public String getBody() {
            return request.path("body").asText();
        }

        public Object path(String path) {
            String body = getBody();
            try {
                Object found = JsonPath.using(PATHS).parse(body.isEmpty() ? "{}" : body).read(path);
                return found == null ? "" : found;
            } catch (InvalidPathException absent) {
                return "";
            }
        }

        public String json(String path) throws IOException {
            return JSON.writeValueAsString(path(path));
        }

        public Map<String, Map<String, String>> params() {
            Map<String, Map<String, String>> all = new LinkedHashMap<>();
            for (String place : new String[] {"path", "querystring", "header"}) {
                all.put(place, params(request.path(place)));
            }
            return all;
        }

        @SuppressWarnings("unchecked")
        private static Map<String, String> params(JsonNode values) {
            return values.isMissingNode() ? Map.of() : JSON.convertValue(values, LinkedHashMap.class);
        }

        /** The value of a parameter, looked for in the path, the query string and the headers, in this order. */
        public String params(String name) {
            return params().values().stream().filter(place -> place.containsKey(name)).findFirst()
                .map(place -> place.get(name)).orElse("");
        }
    }

    /** {@code $util}. */
    public static final class Util {
        public String base64Encode(String text) {
            return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        }

        /** An object is encoded as the text that Java shows it by, which is no JSON. */
        public String base64Encode(Object value) {
            return base64Encode(String.valueOf(value));
        }

        public String base64Decode(String text) {
            return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
        }

        public String escapeJavaScript(String text) {
            return StringEscapeUtils.escapeJavaScript(text);
        }

        public String urlEncode(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }

        public String urlDecode(String text) {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        }

        public Object parseJson(String text) throws IOException {
            return JSON.readValue(text, Object.class);
        }
    }
}
