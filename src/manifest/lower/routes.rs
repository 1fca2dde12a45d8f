//! The API's routes: to Kinesis and to the Kafka REST proxy (PIPELINE §7, without its traps).

use crate::kinds::apigateway::gateway_response::{GatewayResponse, GatewayResponses};
use crate::kinds::apigateway::route::{
    Integration, IntegrationType, Mapping, Passthrough, Response, Route, Schema, Validate,
};
use crate::kinds::apigateway::vpc_link::VpcLink;
use crate::kinds::iam::role::Role;
use crate::resource::{Arn, Ref};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Routes by method and path.
pub type Routes = BTreeMap<String, Route>;

/// Who may call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    #[default]
    Open,
    /// Those who sign with IAM.
    Iam,
    /// Those who send a key.
    ApiKey,
}

/// What stands in a JSON text for the text of `$expression`, whatever it holds. The escapes are JavaScript's, of which JSON
/// does not know that of the single quote.
macro_rules! text {
    ($expression:literal) => {
        concat!(r#""$util.escapeJavaScript("#, $expression, r#").replaceAll("\\'", "'")""#)
    };
}

const ONE_STREAM: &str = concat!(r#"{"StreamName": "#, text!("$input.params('stream-name')"), "}");

const CREATE: &str = concat!(
    r#"{"ShardCount": #if($input.path('$.ShardCount') == '') 5 #else $input.path('$.ShardCount') #end,
 "StreamName": "#,
    text!("$input.params('stream-name')"),
    "}"
);

/// The key may be a number, of which a text is made first.
const PUT_RECORD: &str = concat!(
    r#"{"StreamName": "#,
    text!("$input.params('stream-name')"),
    r#",
 "Data": "$util.base64Encode($input.json('$.Data'))",
 "PartitionKey": "#,
    text!(r#""$!input.path('$.PartitionKey')""#),
    "}"
);

/// Takes each record's data as JSON text by its position, because `$elem.data` of an object would be
/// a Java map's text and no JSON (PIPELINE §7.2).
const PUT_RECORDS: &str = concat!(
    r#"{"StreamName": "#,
    text!("$input.params('stream-name')"),
    r#",
 "Records": [#foreach($elem in $input.path('$.records'))
  {"Data": "$util.base64Encode($input.json("$.records[$foreach.index].data"))", "PartitionKey": "#,
    text!(r#""$!elem.partition-key""#),
    "}#if($foreach.hasNext),#end #end]}"
);

/// The six methods on streams below `path`: list, describe, create, delete, put one record, put many.
/// `service` is Kinesis as integrations call it, `arn:aws:apigateway:<region>:kinesis`.
pub fn kinesis(path: &str, service: &str, role: &Ref<Role, Arn>, access: Access) -> Routes {
    let methods = [
        ("GET", "", "ListStreams", "{}"),
        ("GET", "/{stream-name}", "DescribeStream", ONE_STREAM),
        ("POST", "/{stream-name}", "CreateStream", CREATE),
        ("DELETE", "/{stream-name}", "DeleteStream", ONE_STREAM),
        ("PUT", "/{stream-name}/record", "PutRecord", PUT_RECORD),
        ("PUT", "/{stream-name}/records", "PutRecords", PUT_RECORDS),
    ];
    let path = path.trim_end_matches('/');
    let route = |(method, below, action, template): (&str, &str, &str, &str)| {
        let mut integration = Integration::new(IntegrationType::Aws);
        integration.http_method = Some("POST".into());
        integration.uri = Some(format!("{service}:action/{action}"));
        integration.credentials = Some(role.clone());
        // The quotes are part of the value: they make it a constant.
        let json = "'application/x-amz-json-1.1'".to_owned();
        integration.request_parameters.insert("integration.request.header.Content-Type".into(), json);
        integration.request_templates.insert("application/json".into(), template.into());
        integration.passthrough = Passthrough::WhenNoTemplates;
        let mut route = guarded(Route::to(integration), access);
        let name = format!("{method} {path}{below}");
        for variable in variables(&name) {
            route.request_parameters.insert(format!("method.request.path.{variable}"), true);
        }
        route.responses = answers();
        if let Some(schema) = body(action) {
            route.request_schemas.insert("application/json".into(), schema);
            route.validate = Validate { body: true, parameters: false };
        }
        (name, route)
    };
    methods.into_iter().map(route).collect()
}

/// What API Gateway refuses with 400 when it is not so. Kinesis itself would store an empty text in place of missing data, and
/// a text in place of an object, in which readers find no members (PIPELINE §2.3 and §14). Imported models know no lengths.
fn body(action: &str) -> Option<Schema> {
    let schema = match action {
        "PutRecord" => json!({
            "type": "object",
            "required": ["Data", "PartitionKey"],
            "properties": { "Data": { "type": "object" } },
        }),
        "PutRecords" => json!({
            "type": "object",
            "required": ["records"],
            "properties": {
                "records": { "type": "array", "items": { "type": "object", "required": ["data", "partition-key"] } },
            },
        }),
        _ => return None,
    };
    Some(Schema::new(schema))
}

/// Errors of the service stay errors: without these two patterns Kinesis' refusals come back as 200.
fn answers() -> BTreeMap<String, Response> {
    let answer = |pattern: Option<&str>| {
        Response::mapped(Mapping { selection_pattern: pattern.map(str::to_owned), ..Mapping::default() })
    };
    BTreeMap::from([
        ("200".into(), answer(None)),
        ("400".into(), answer(Some(r"4\d{2}"))),
        ("500".into(), answer(Some(r"5\d{2}"))),
    ])
}

/// The route `method` `path` to the Kafka REST proxy at `backend`, such as `http://192.0.2.1:8082`,
/// under the same path; privately by `link`.
pub fn kafka(method: &str, path: &str, backend: &str, link: Option<Ref<VpcLink>>, access: Access) -> Routes {
    let mut integration = Integration::new(IntegrationType::HttpProxy);
    integration.http_method = Some(method.into());
    integration.uri = Some(format!("{backend}{}", path.replace("+}", "}")));
    integration.connection = link;
    let mut route = guarded(Route::to(integration), access);
    for variable in variables(path) {
        let from = format!("method.request.path.{variable}");
        // Without this mapping the variable is not filled in.
        let to = format!("integration.request.path.{variable}");
        route.integration.request_parameters.insert(to, from.clone());
        route.integration.cache_key_parameters.0.push(from.clone());
        route.request_parameters.insert(from, true);
    }
    Routes::from([(format!("{method} {path}"), route)])
}

/// The names of the variables in a path, without the `+` of a greedy one.
fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split(['{', '}']).skip(1).step_by(2).map(|name| name.trim_end_matches('+'))
}

fn guarded(mut route: Route, access: Access) -> Route {
    match access {
        Access::Open => {}
        Access::Iam => route.authorization = "AWS_IAM".into(),
        Access::ApiKey => route.api_key_required = true,
    }
    route
}

/// Which pages of other origins may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors<'a> {
    /// Their origin; `*` for all.
    pub origin: &'a str,
    /// Headers they may send.
    pub headers: &'a [String],
    /// For how many seconds browsers remember the answer.
    pub max_age_seconds: i32,
}

/// The header without which browsers keep an answer from the page that asked.
const ALLOW_ORIGIN: &str = "Access-Control-Allow-Origin";
/// The methods that pages of other origins may use.
const CORS_METHODS: &str = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT";

/// Lets pages of other origins read what `routes` answer. What a proxy passes on must bring the header itself.
pub fn allow_origin(routes: &mut Routes, cors: &Cors<'_>) {
    for response in routes.values_mut().flat_map(|route| route.responses.values_mut()) {
        let Some(mapping) = &mut response.mapping else { continue };
        mapping.parameters.insert(format!("method.response.header.{ALLOW_ORIGIN}"), format!("'{}'", cors.origin));
        response.headers.0.push(ALLOW_ORIGIN.into());
    }
}

/// Lets pages of other origins read what API Gateway answers by itself, such as that a signature is wrong.
pub fn refusals(cors: &Cors<'_>) -> GatewayResponses {
    let header = (format!("gatewayresponse.header.{ALLOW_ORIGIN}"), format!("'{}'", cors.origin));
    let response = GatewayResponse { parameters: BTreeMap::from([header]), ..GatewayResponse::default() };
    ["DEFAULT_4XX", "DEFAULT_5XX"].map(|kind| (kind.to_owned(), response.clone())).into()
}

/// The REST proxy's properties with which its answers carry the header: API Gateway passes them on as they are.
pub fn proxy_cors(origin: &str) -> [(String, String); 2] {
    [("access.control.allow.origin", origin), ("access.control.allow.methods", CORS_METHODS)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
}

/// An `OPTIONS` method on each path of `routes`, for browsers. Those must send it without signing.
pub fn preflights(routes: &Routes, cors: &Cors<'_>) -> Routes {
    let paths: BTreeSet<&str> = routes.keys().filter_map(|name| Some(name.split_once(' ')?.1)).collect();
    let preflight = |path: &str| {
        let mut integration = Integration::new(IntegrationType::Mock);
        integration.request_templates.insert("application/json".into(), r#"{"statusCode": 200}"#.into());
        let header = |name: &str, value: &str| (format!("method.response.header.{name}"), format!("'{value}'"));
        let parameters = BTreeMap::from([
            header("Access-Control-Allow-Methods", CORS_METHODS),
            header("Access-Control-Allow-Headers", &cors.headers.join(",")),
            header(ALLOW_ORIGIN, cors.origin),
            header("Access-Control-Max-Age", &cors.max_age_seconds.to_string()),
        ]);
        let mut route = Route::to(integration);
        for variable in variables(path) {
            route.request_parameters.insert(format!("method.request.path.{variable}"), true);
        }
        route.responses.insert("200".into(), Response::mapped(Mapping { parameters, ..Mapping::default() }));
        (format!("OPTIONS {path}"), route)
    };
    paths.into_iter().map(preflight).collect()
}
