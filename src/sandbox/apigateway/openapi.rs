//! Reading OpenAPI 3.0 and Swagger 2.0 documents: what API Gateway understands of them.

use super::gateway_response::{self, GatewayResponse};
use super::tree::{Authorizer, IntegrationResponse, Method, MethodResponse};
use super::{bad, integration, response};
use crate::answer::Fault;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

type Fields = Map<String, Value>;

/// An OpenAPI 3.0 or Swagger 2.0 document.
#[derive(Debug)]
pub(super) struct Document {
    root: Fields,
    swagger: bool,
    base: String,
}

/// One operation of one path.
#[derive(Debug)]
pub(super) struct Operation {
    /// `GET`, or `ANY`.
    pub verb: String,
    fields: Fields,
    /// Parameters of the whole path.
    shared: Vec<Value>,
}

/// The refusal of a document.
pub(super) fn error(message: &str) -> Fault {
    bad(format!("Errors found during import:\n\t{message}"))
}

const ROOT: &[&str] = &[
    "openapi",
    "swagger",
    "info",
    "paths",
    "components",
    "definitions",
    "securityDefinitions",
    "security",
    "servers",
    "host",
    "basePath",
    "schemes",
    "consumes",
    "produces",
    "tags",
    "externalDocs",
    "x-amazon-apigateway-api-key-source",
    "x-amazon-apigateway-binary-media-types",
    "x-amazon-apigateway-endpoint-configuration",
    "x-amazon-apigateway-gateway-responses",
    "x-amazon-apigateway-importexport-version",
    "x-amazon-apigateway-minimum-compression-size",
    "x-amazon-apigateway-policy",
    "x-amazon-apigateway-request-validator",
    "x-amazon-apigateway-request-validators",
];

const OPERATION: &[&str] = &[
    "operationId",
    "summary",
    "description",
    "tags",
    "deprecated",
    "externalDocs",
    "servers",
    "schemes",
    "consumes",
    "produces",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "x-amazon-apigateway-auth",
    "x-amazon-apigateway-integration",
    "x-amazon-apigateway-request-validator",
];

fn only(fields: &Fields, known: &[&str], of: &str) -> Result<(), Fault> {
    let unknown = fields.keys().find(|name| !known.contains(&name.as_str()));
    unknown.map_or(Ok(()), |name| Err(error(&format!("{of} has the unknown member '{name}'"))))
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Fields, Fault> {
    value.as_object().ok_or_else(|| error(&format!("{what} must be an object")))
}

/// The entries of the object called `name`; none when there is no such object.
fn entries<'a>(fields: &'a Fields, name: &str) -> Result<Vec<(&'a str, &'a Value)>, Fault> {
    let entries = fields.get(name).map(|value| object(value, name)).transpose()?;
    Ok(entries.into_iter().flatten().map(|(key, value)| (key.as_str(), value)).collect())
}

fn text(fields: &Fields, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_str).map(str::to_owned)
}

impl Document {
    /// Reads JSON or YAML. `base` says what to do with the base path: `ignore`, `prepend` or `split`.
    pub(super) fn parse(body: &[u8], base: Option<&str>) -> Result<Self, Fault> {
        let invalid = || bad("Invalid OpenAPI input.");
        let parsed: Value = match serde_json::from_slice(body) {
            Ok(value) => value,
            Err(_) => {
                let text = std::str::from_utf8(body).map_err(|_| invalid())?;
                serde_yaml::from_str(text).map_err(|_| invalid())?
            }
        };
        let Value::Object(root) = parsed else { return Err(invalid()) };
        let version = |name: &str| text(&root, name);
        let swagger = match (version("swagger"), version("openapi")) {
            (Some(version), None) if version == "2.0" => true,
            (None, Some(version)) if version.starts_with("3.0.") => false,
            _ => return Err(invalid()),
        };
        only(&root, ROOT, "The document")?;
        let mut document = Self { root, swagger, base: String::new() };
        document.base = match base {
            None | Some("ignore") => String::new(),
            Some("prepend") => document.base_path(),
            Some("split") => {
                let whole = document.base_path();
                let rest = whole.trim_matches('/').split_once('/').map(|(_, rest)| rest.to_owned());
                rest.map(|rest| format!("/{rest}")).unwrap_or_default()
            }
            Some(other) => return Err(bad(format!("Invalid basepath mode specified: {other}"))),
        };
        Ok(document)
    }

    fn base_path(&self) -> String {
        let of_server = || {
            let servers = self.root.get("servers")?.as_array()?;
            servers.iter().find_map(|server| {
                let variable = server.pointer("/variables/basePath/default").and_then(Value::as_str);
                let url = server.get("url").and_then(Value::as_str)?;
                let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
                variable.or(path).map(|path| format!("/{}", path.trim_matches('/')))
            })
        };
        let path = if self.swagger { text(&self.root, "basePath") } else { of_server() };
        path.filter(|path| path != "/").unwrap_or_default()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.root.get(name)
    }

    /// A text of the part `info`; a number as text.
    pub(super) fn info(&self, name: &str) -> Option<String> {
        match self.root.get("info")?.get(name)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub(super) fn title(&self) -> Result<String, Fault> {
        self.info("title").ok_or_else(|| error("API title is required"))
    }

    /// A list of texts.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Fault> {
        let items = self.root.get(name).map(|value| serde_json::from_value(value.clone()));
        let items = items.transpose().map_err(|_| error(&format!("{name} must be a list of texts")))?;
        Ok(items.unwrap_or_default())
    }

    fn components(&self) -> Result<Fields, Fault> {
        let Some(components) = self.root.get("components") else { return Ok(Fields::new()) };
        let components = object(components, "components")?;
        only(components, &["schemas", "securitySchemes"], "components")?;
        Ok(components.clone())
    }

    /// The models by name.
    pub(super) fn schemas(&self) -> Result<Vec<(&str, &Value)>, Fault> {
        self.components()?;
        if self.swagger {
            return entries(&self.root, "definitions");
        }
        let components = self.root.get("components").and_then(Value::as_object);
        components.map_or(Ok(vec![]), |components| entries(components, "schemas"))
    }

    fn schemes(&self) -> Result<Vec<(&str, &Value)>, Fault> {
        if self.swagger {
            return entries(&self.root, "securityDefinitions");
        }
        let components = self.root.get("components").and_then(Value::as_object);
        components.map_or(Ok(vec![]), |components| entries(components, "securitySchemes"))
    }

    /// The request validators by name.
    pub(super) fn validators(&self) -> Result<Vec<(&str, &Fields)>, Fault> {
        let all = entries(&self.root, "x-amazon-apigateway-request-validators")?;
        let each = all.into_iter().map(|(name, value)| {
            let fields = object(value, name)?;
            only(fields, &["validateRequestBody", "validateRequestParameters"], name)?;
            Ok((name, fields))
        });
        each.collect()
    }

    /// What the API answers by itself, by type.
    pub(super) fn gateway_responses(&self) -> Result<Vec<(String, GatewayResponse)>, Fault> {
        let all = entries(&self.root, "x-amazon-apigateway-gateway-responses")?;
        let each = all.into_iter().map(|(kind, described)| {
            gateway_response::check_type(kind)?;
            let input = serde_json::from_value(described.clone());
            let input: gateway_response::Input = input.map_err(|wrong| error(&format!("{kind}: {wrong}")))?;
            Ok((kind.to_owned(), input.response(kind)?))
        });
        each.collect()
    }

    /// The authorizers that security schemes describe, without ids.
    pub(super) fn authorizers(&self) -> Result<Vec<Authorizer>, Fault> {
        let mut authorizers = vec![];
        for (name, scheme) in self.schemes()? {
            let scheme = object(scheme, name)?;
            let known =
                ["type", "name", "in", "description", "x-amazon-apigateway-authtype", "x-amazon-apigateway-authorizer"];
            only(scheme, &known, &format!("The security scheme '{name}'"))?;
            let Some(details) = scheme.get("x-amazon-apigateway-authorizer") else { continue };
            let details = object(details, name)?;
            let known = [
                "type",
                "authorizerUri",
                "authorizerCredentials",
                "identitySource",
                "identityValidationExpression",
                "authorizerResultTtlInSeconds",
                "providerARNs",
            ];
            only(details, &known, &format!("The authorizer '{name}'"))?;
            let kind = text(details, "type").unwrap_or_default().to_ascii_uppercase();
            let header = text(scheme, "name").unwrap_or_default();
            let identity_source = match kind.as_str() {
                "REQUEST" => text(details, "identitySource"),
                _ => Some(format!("method.request.header.{header}")),
            };
            let ttl = details.get("authorizerResultTtlInSeconds").and_then(Value::as_i64);
            let arns = details.get("providerARNs").map(|arns| serde_json::from_value(arns.clone()));
            authorizers.push(Authorizer {
                id: String::new(),
                name: name.to_owned(),
                kind,
                provider_arns: arns.transpose().map_err(|_| error("providerARNs must be a list of texts"))?,
                auth_type: text(scheme, "x-amazon-apigateway-authtype"),
                authorizer_uri: text(details, "authorizerUri"),
                authorizer_credentials: text(details, "authorizerCredentials"),
                identity_source,
                identity_validation_expression: text(details, "identityValidationExpression"),
                authorizer_result_ttl_in_seconds: ttl.and_then(|ttl| i32::try_from(ttl).ok()),
            });
        }
        Ok(authorizers)
    }

    /// The paths, with the base path before them, and their operations.
    pub(super) fn paths(&self) -> Result<Vec<(String, Vec<Operation>)>, Fault> {
        let mut paths = vec![];
        for (path, item) in entries(&self.root, "paths")? {
            if !path.starts_with('/') {
                return Err(error(&format!("The path '{path}' must begin with a slash")));
            }
            let item = object(item, path)?;
            let shared = item.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
            let mut operations = vec![];
            for (name, fields) in item {
                let verb = match name.as_str() {
                    "parameters" | "summary" | "description" | "servers" => continue,
                    "x-amazon-apigateway-any-method" => "ANY".to_owned(),
                    "get" | "put" | "post" | "delete" | "options" | "head" | "patch" => name.to_ascii_uppercase(),
                    _ => return Err(error(&format!("The path '{path}' has the unknown member '{name}'"))),
                };
                let fields = object(fields, name)?.clone();
                only(&fields, OPERATION, &format!("{verb} {path}"))?;
                operations.push(Operation { verb, fields, shared: shared.clone() });
            }
            paths.push((format!("{}{path}", self.base), operations));
        }
        Ok(paths)
    }

    /// The method that `of` describes, without models, responses and integration. `authorizers` are by name, `validators`
    /// are ids by name.
    pub(super) fn method(
        &self,
        of: &Operation,
        authorizers: &BTreeMap<&str, &Authorizer>,
        validators: &BTreeMap<&str, &str>,
    ) -> Result<Method, Fault> {
        let validator = text(&of.fields, "x-amazon-apigateway-request-validator")
            .or_else(|| text(&self.root, "x-amazon-apigateway-request-validator"));
        let validator = validator.map(|name| {
            let id = validators.get(name.as_str()).map(|id| (*id).to_owned());
            id.ok_or_else(|| bad(format!("Invalid Request Validator identifier specified: {name}")))
        });
        let mut method = Method {
            http_method: of.verb.clone(),
            authorization_type: "NONE".to_owned(),
            authorizer_id: None,
            api_key_required: false,
            request_validator_id: validator.transpose()?,
            operation_name: text(&of.fields, "operationId"),
            request_parameters: None,
            request_models: None,
            authorization_scopes: None,
            method_responses: BTreeMap::new(),
            method_integration: None,
        };
        for parameter in self.parameters(of)? {
            let (place, name) =
                (text(parameter, "in").unwrap_or_default(), text(parameter, "name").unwrap_or_default());
            let place = match place.as_str() {
                "path" => "path",
                "query" => "querystring",
                "header" => "header",
                "body" => continue,
                _ => return Err(bad(format!("Invalid location of parameter '{name}': {place}"))),
            };
            let required = parameter.get("required").and_then(Value::as_bool).unwrap_or_default();
            let all = method.request_parameters.get_or_insert_default();
            all.insert(format!("method.request.{place}.{name}"), required);
        }
        self.secure(of, &mut method, authorizers)?;
        Ok(method)
    }

    fn parameters<'a>(&self, of: &'a Operation) -> Result<Vec<&'a Fields>, Fault> {
        let own = of.fields.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let all = of.shared.iter().chain(own).map(|parameter| {
            let fields = object(parameter, "A parameter")?;
            let known =
                ["name", "in", "required", "schema", "type", "format", "items", "description", "style", "explode"];
            only(fields, &known, "A parameter")?;
            Ok(fields)
        });
        all.collect()
    }

    fn secure(
        &self,
        of: &Operation,
        method: &mut Method,
        authorizers: &BTreeMap<&str, &Authorizer>,
    ) -> Result<(), Fault> {
        if let Some(auth) = of.fields.get("x-amazon-apigateway-auth") {
            let kind = auth.get("type").and_then(Value::as_str).unwrap_or_default().to_ascii_uppercase();
            if !matches!(kind.as_str(), "NONE" | "AWS_IAM") {
                return Err(bad(format!("Invalid authorization type specified: {kind}")));
            }
            method.authorization_type = kind;
        }
        let requirements = of.fields.get("security").or_else(|| self.root.get("security"));
        let requirements = requirements.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
        let schemes = self.schemes()?;
        for (name, scopes) in requirements.flatten() {
            let scheme = schemes.iter().find(|(known, _)| known == name).and_then(|(_, scheme)| scheme.as_object());
            let scheme = scheme.ok_or_else(|| bad(format!("The security scheme '{name}' is not defined")))?;
            if let Some(authorizer) = authorizers.get(name.as_str()) {
                let cognito = authorizer.kind == "COGNITO_USER_POOLS";
                method.authorization_type = if cognito { "COGNITO_USER_POOLS" } else { "CUSTOM" }.to_owned();
                method.authorizer_id = Some(authorizer.id.clone());
                let scopes: Vec<String> = serde_json::from_value(scopes.clone()).unwrap_or_default();
                method.authorization_scopes = Some(scopes).filter(|scopes| !scopes.is_empty());
            } else if text(scheme, "x-amazon-apigateway-authtype").as_deref() == Some("awsSigv4") {
                method.authorization_type = "AWS_IAM".to_owned();
            } else if text(scheme, "name").is_some_and(|name| name.eq_ignore_ascii_case("x-api-key")) {
                method.api_key_required = true;
            } else {
                return Err(bad(format!("Unable to use the security scheme '{name}'")));
            }
        }
        Ok(())
    }

    /// The schemas of request bodies by content type.
    pub(super) fn bodies(&self, of: &Operation) -> Result<Vec<(String, Value)>, Fault> {
        if self.swagger {
            let body =
                self.parameters(of)?.into_iter().find(|parameter| text(parameter, "in").as_deref() == Some("body"));
            let schema = body.and_then(|body| body.get("schema"));
            return Ok(schema.into_iter().map(|schema| ("application/json".to_owned(), schema.clone())).collect());
        }
        let Some(body) = of.fields.get("requestBody") else { return Ok(vec![]) };
        let body = object(body, "requestBody")?;
        only(body, &["content", "required", "description"], "requestBody")?;
        let content = entries(body, "content")?.into_iter();
        Ok(content.filter_map(|(kind, media)| Some((kind.to_owned(), media.get("schema")?.clone()))).collect())
    }

    /// The model that `schema` refers to, when it is no more than a reference.
    pub(super) fn model_name(&self, schema: &Value) -> Option<String> {
        let target = schema.get("$ref")?.as_str()?;
        let prefix = if self.swagger { "#/definitions/" } else { "#/components/schemas/" };
        target.strip_prefix(prefix).map(str::to_owned)
    }

    /// What callers may get.
    pub(super) fn responses(&self, of: &Operation) -> Result<Vec<MethodResponse>, Fault> {
        let mut responses = vec![];
        for (status, described) in entries(&of.fields, "responses")? {
            if status == "default" {
                continue;
            }
            let described = object(described, status)?;
            only(
                described,
                &["description", "headers", "content", "schema", "examples"],
                &format!("The response {status}"),
            )?;
            let headers = entries(described, "headers")?.into_iter();
            let headers: BTreeMap<String, bool> =
                headers.map(|(name, _)| (format!("method.response.header.{name}"), false)).collect();
            let schema = described.get("schema").map(|schema| ("application/json", schema));
            let content = entries(described, "content")?.into_iter();
            let content = content.filter_map(|(kind, media)| Some((kind, media.get("schema")?)));
            let models: BTreeMap<String, String> = content
                .chain(schema)
                .filter_map(|(kind, schema)| Some((kind.to_owned(), self.model_name(schema)?)))
                .collect();
            responses.push(MethodResponse {
                status_code: status.to_owned(),
                response_parameters: Some(headers).filter(|headers| !headers.is_empty()),
                response_models: Some(models).filter(|models| !models.is_empty()),
            });
        }
        Ok(responses)
    }

    /// What stands behind the operation, and how its answers become the caller's.
    pub(super) fn integration(
        &self,
        of: &Operation,
    ) -> Result<Option<(integration::Input, Vec<IntegrationResponse>)>, Fault> {
        let Some(described) = of.fields.get("x-amazon-apigateway-integration") else { return Ok(None) };
        let mut fields = object(described, "x-amazon-apigateway-integration")?.clone();
        let answers = fields.remove("responses").unwrap_or_else(|| json!({}));
        fields.remove("payloadFormatVersion");
        for name in
            ["type", "httpMethod", "passthroughBehavior", "contentHandling", "connectionType", "responseTransferMode"]
        {
            if let Some(Value::String(word)) = fields.get_mut(name) {
                word.make_ascii_uppercase();
            }
        }
        let at = format!("Invalid integration of {}", of.verb);
        let input = serde_json::from_value(Value::Object(fields));
        let mut input: integration::Input = input.map_err(|wrong| bad(format!("{at}: {wrong}")))?;
        match input.kind.as_str() {
            "AWS_PROXY" => input.http_method = Some("POST".to_owned()),
            "MOCK" => {}
            _ => input.http_method = input.http_method.or_else(|| Some(of.verb.clone())),
        }
        let mut responses = vec![];
        for (pattern, answer) in object(&answers, "responses")? {
            let mut answer = object(answer, pattern)?.clone();
            let status = match answer.remove("statusCode") {
                Some(Value::String(status)) => status,
                Some(Value::Number(status)) => status.to_string(),
                _ => return Err(bad(format!("{at}: the response '{pattern}' has no statusCode"))),
            };
            if let Some(Value::String(word)) = answer.get_mut("contentHandling") {
                word.make_ascii_uppercase();
            }
            let answer = serde_json::from_value(Value::Object(answer));
            let mut answer: response::Input = answer.map_err(|wrong| bad(format!("{at}: {wrong}")))?;
            answer.selection_pattern = Some(pattern.clone()).filter(|pattern| pattern != "default");
            responses.push(answer.response(&status));
        }
        Ok(Some((input, responses)))
    }
}
