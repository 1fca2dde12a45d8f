//! The API's routes: to Kinesis and to the Kafka REST proxy (PIPELINE §7, without its traps).

use crate::kinds::apigateway::route::{Integration, IntegrationType, Mapping, Passthrough, Response, Route};
use crate::kinds::apigateway::vpc_link::VpcLink;
use crate::kinds::iam::role::Role;
use crate::resource::{Arn, Ref};
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

const ONE_STREAM: &str = r#"{"StreamName": "$input.params('stream-name')"}"#;

const CREATE: &str = r#"{"ShardCount": #if($input.path('$.ShardCount') == '') 5 #else $input.path('$.ShardCount') #end,
 "StreamName": "$input.params('stream-name')"}"#;

const PUT_RECORD: &str = r#"{"StreamName": "$input.params('stream-name')",
 "Data": "$util.base64Encode($input.json('$.Data'))",
 "PartitionKey": "$input.path('$.PartitionKey')"}"#;

/// Takes each record's data as JSON text by its position, because `$elem.data` of an object would be
/// a Java map's text and no JSON (PIPELINE §7.2).
const PUT_RECORDS: &str = r#"{"StreamName": "$input.params('stream-name')",
 "Records": [#foreach($elem in $input.path('$.records'))
  {"Data": "$util.base64Encode($input.json("$.records[$foreach.index].data"))", "PartitionKey": "$elem.partition-key"}#if($foreach.hasNext),#end #end]}"#;

/// The six methods on streams: list, describe, create, delete, put one record, put many.
pub fn kinesis(region: &str, partition: &str, role: &Ref<Role, Arn>, access: Access) -> Routes {
    let methods = [
        ("GET /streams", "ListStreams", "{}"),
        ("GET /streams/{stream-name}", "DescribeStream", ONE_STREAM),
        ("POST /streams/{stream-name}", "CreateStream", CREATE),
        ("DELETE /streams/{stream-name}", "DeleteStream", ONE_STREAM),
        ("PUT /streams/{stream-name}/record", "PutRecord", PUT_RECORD),
        ("PUT /streams/{stream-name}/records", "PutRecords", PUT_RECORDS),
    ];
    let route = |(name, action, template): (&str, &str, &str)| {
        let mut integration = Integration::new(IntegrationType::Aws);
        integration.http_method = Some("POST".into());
        integration.uri = Some(format!("arn:{partition}:apigateway:{region}:kinesis:action/{action}"));
        integration.credentials = Some(role.clone());
        // The quotes are part of the value: they make it a constant.
        let json = "'application/x-amz-json-1.1'".to_owned();
        integration.request_parameters.insert("integration.request.header.Content-Type".into(), json);
        integration.request_templates.insert("application/json".into(), template.into());
        integration.passthrough = Passthrough::WhenNoTemplates;
        let mut route = guarded(Route::to(integration), access);
        if name.contains("{stream-name}") {
            route.request_parameters.insert("method.request.path.stream-name".into(), true);
        }
        route.responses = answers();
        (name.to_owned(), route)
    };
    methods.into_iter().map(route).collect()
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

/// Everything else goes to the Kafka REST proxy at `http://<host>:<port>`, privately by `link`.
pub fn kafka(host: &str, port: u16, link: Option<Ref<VpcLink>>, access: Access) -> Routes {
    let mut integration = Integration::new(IntegrationType::HttpProxy);
    integration.http_method = Some("ANY".into());
    integration.uri = Some(format!("http://{host}:{port}/{{proxy}}"));
    integration.connection = link;
    let path = "method.request.path.proxy".to_owned();
    integration.request_parameters.insert("integration.request.path.proxy".into(), path.clone());
    integration.cache_key_parameters = [path.clone()].into_iter().collect();
    let mut route = guarded(Route::to(integration), access);
    route.request_parameters.insert(path, true);
    Routes::from([("ANY /{proxy+}".to_owned(), route)])
}

fn guarded(mut route: Route, access: Access) -> Route {
    match access {
        Access::Open => {}
        Access::Iam => route.authorization = "AWS_IAM".into(),
        Access::ApiKey => route.api_key_required = true,
    }
    route
}

/// An `OPTIONS` method on each path, so that browsers on `origin` may call.
pub fn cors(routes: &Routes, origin: &str) -> Routes {
    let paths: BTreeSet<&str> = routes.keys().filter_map(|name| Some(name.split_once(' ')?.1)).collect();
    let preflight = |path: &str| {
        let mut integration = Integration::new(IntegrationType::Mock);
        integration.request_templates.insert("application/json".into(), r#"{"statusCode": 200}"#.into());
        let header = |name: &str, value: &str| (format!("method.response.header.{name}"), format!("'{value}'"));
        let parameters = BTreeMap::from([
            header("Access-Control-Allow-Methods", "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"),
            header(
                "Access-Control-Allow-Headers",
                "Content-Type,Authorization,X-Amz-Date,X-Api-Key,X-Amz-Security-Token",
            ),
            header("Access-Control-Allow-Origin", origin),
        ]);
        let mut route = Route::to(integration);
        for name in path.split(['{', '}']).skip(1).step_by(2) {
            let name = name.trim_end_matches('+');
            route.request_parameters.insert(format!("method.request.path.{name}"), true);
        }
        route.responses.insert("200".into(), Response::mapped(Mapping { parameters, ..Mapping::default() }));
        (format!("OPTIONS {path}"), route)
    };
    paths.into_iter().map(preflight).collect()
}
