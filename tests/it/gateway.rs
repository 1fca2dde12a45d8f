//! API Gateway: what is deployed, and the role that all stacks share.

use crate::support::{Lab, graph};
use aqueduct::apply::{Interrupt, apply};
use aqueduct::kinds::apigateway::rest_api::RestApi;
use aqueduct::plan::{Action, plan};
use aqueduct::world::Graph;
use aws_sdk_apigateway::types::{GatewayResponseType, IntegrationType, Op, PatchOperation, PutMode};
use aws_smithy_types::Blob;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub fn api(routes: Value) -> Value {
    json!({ "name": "example", "endpoint": "REGIONAL", "routes": routes })
}

pub fn mock(template: &str) -> Value {
    json!({ "integration": { "type": "MOCK", "request_templates": { "application/json": template } } })
}

/// An API with `routes` and a stage.
pub fn deployed(routes: Value) -> Graph {
    with_stage(&api(routes))
}

pub fn with_stage(api: &Value) -> Graph {
    let stage = json!({
        "name": "prod",
        "api": "⟦apigateway/rest-api/main|id⟧",
        "definition": "⟦apigateway/rest-api/main|definition⟧",
    });
    graph([("apigateway/rest-api/main", api), ("apigateway/stage/main", &stage)])
}

pub fn two_routes() -> Graph {
    deployed(json!({ "GET /a": mock("1"), "GET /b": mock("2") }))
}

/// The ids of the API, of its stage's deployment, and of all deployments.
pub async fn ids(lab: &Lab) -> (String, String, Vec<String>) {
    let gateway = lab.cx.apigateway();
    let api = gateway.get_rest_apis().send().await.unwrap().items.unwrap().remove(0).id.unwrap();
    let stage = gateway.get_stage().rest_api_id(&api).stage_name("prod").send().await.unwrap();
    let deployments = gateway.get_deployments().rest_api_id(&api).send().await.unwrap().items.unwrap();
    let deployments = deployments.into_iter().map(|deployment| deployment.id.unwrap()).collect();
    (api, stage.deployment_id.unwrap(), deployments)
}

/// The paths that callers of the stage reach.
fn reachable(lab: &Lab) -> Vec<String> {
    lab.sandbox.with_account(|account| {
        let api = account.apigateway.apis.values().next().unwrap();
        let tree = &api.deployments[&api.stages["prod"].deployment_id].tree;
        let mut paths: Vec<String> = tree.methods().map(|(resource, _)| tree.path(resource)).collect();
        paths.sort();
        paths
    })
}

async fn delete_route(lab: &Lab, api: &str, path: &str) {
    let gateway = lab.cx.apigateway();
    let resources = gateway.get_resources().rest_api_id(api).limit(500).send().await.unwrap().items.unwrap();
    let resource = resources.into_iter().find(|resource| resource.path.as_deref() == Some(path)).unwrap();
    gateway.delete_resource().rest_api_id(api).resource_id(resource.id.unwrap()).send().await.unwrap();
}

pub async fn deploy_by_hand(lab: &Lab, api: &str) {
    let call = lab.cx.apigateway().create_deployment().rest_api_id(api).stage_name("prod");
    call.send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_changed_route_is_deployed_and_the_old_deployment_goes() {
    let lab = Lab::new().await;
    lab.run(&two_routes()).await.succeeded("create");
    let (_, before, _) = ids(&lab).await;
    let three = deployed(json!({ "GET /a": mock("1"), "GET /b": mock("2"), "PUT /c": mock("3") }));
    let step = lab.plan(&three).await;
    assert_eq!(step.steps.len(), 2, "the API and its stage: {step:#?}");
    lab.run(&three).await.succeeded("change");
    let (_, after, all) = ids(&lab).await;
    assert_ne!(before, after);
    assert_eq!(all, [after]);
    assert_eq!(reachable(&lab), ["/a", "/b", "/c"]);
}

#[tokio::test(start_paused = true)]
async fn a_change_made_by_hand_is_put_back_and_not_deployed() {
    let lab = Lab::new().await;
    lab.run(&two_routes()).await.succeeded("create");
    let (api, before, _) = ids(&lab).await;
    delete_route(&lab, &api, "/b").await;
    let plan = lab.plan(&two_routes()).await;
    assert!(plan.steps.iter().any(|step| step.address.kind == "apigateway/rest-api"), "{plan:#?}");
    lab.run(&two_routes()).await.succeeded("put back");
    let (_, after, all) = ids(&lab).await;
    assert_eq!((all.len(), after), (1, before));
    assert!(lab.plan(&two_routes()).await.is_empty());
    assert_eq!(reachable(&lab), ["/a", "/b"]);
}

#[tokio::test(start_paused = true)]
async fn a_deployment_made_by_hand_is_taken_off_the_stage() {
    let lab = Lab::new().await;
    lab.run(&two_routes()).await.succeeded("create");
    let (api, before, _) = ids(&lab).await;
    delete_route(&lab, &api, "/b").await;
    deploy_by_hand(&lab, &api).await;
    assert_eq!(reachable(&lab), ["/a"]);
    lab.run(&two_routes()).await.succeeded("put back");
    let (_, after, _) = ids(&lab).await;
    assert_eq!(after, before, "the deployment of before is still there and right");
    assert_eq!(reachable(&lab), ["/a", "/b"]);
    assert!(lab.plan(&two_routes()).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_api_that_changed_after_the_plan_is_not_deployed() {
    let lab = Lab::new().await;
    lab.run(&two_routes()).await.succeeded("create");
    let (api, own, _) = ids(&lab).await;
    deploy_by_hand(&lab, &api).await;
    lab.cx.apigateway().delete_deployment().rest_api_id(&api).deployment_id(own).send().await.unwrap();
    let world = lab.look(&two_routes()).await;
    let plan = plan(&two_routes(), &world, &two_routes()).unwrap();
    assert_eq!(plan.steps.len(), 1, "the stage alone: {plan:#?}");
    delete_route(&lab, &api, "/b").await;
    let (_keep, interrupt) = Interrupt::new();
    let outcome = apply(&lab.cx, &plan, world, interrupt, &|_| {}).await;
    let [(_, reason)] = outcome.failed.as_slice() else { panic!("{:?}", outcome.failed) };
    assert!(reason.contains("somebody changed them"), "{reason}");
    lab.run(&two_routes()).await.succeeded("apply again");
    assert_eq!(reachable(&lab), ["/a", "/b"]);
}

#[tokio::test(start_paused = true)]
async fn the_plan_names_the_route_that_changes() {
    let lab = Lab::new().await;
    lab.run(&two_routes()).await.succeeded("create");
    let changed = deployed(json!({ "GET /a": mock("1"), "GET /b": mock("3") }));
    let plan = lab.plan(&changed).await;
    let Action::Update { changes, .. } = &plan.steps[0].action else { panic!("{plan:#?}") };
    let fields: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(fields, ["routes[GET /b].integration.request_templates[application/json]"]);
}

#[test]
fn the_digest_is_of_what_a_deployment_holds() {
    let spec = |value: Value| serde_json::from_value::<RestApi>(value).unwrap().digest();
    let base = spec(api(json!({ "GET /a": mock("1") })));
    let mut renamed = api(json!({ "GET /a": mock("1") }));
    renamed["name"] = json!("another");
    renamed["description"] = json!("another");
    assert_eq!(spec(renamed), base);
    assert_ne!(spec(api(json!({ "GET /a": mock("2") }))), base);
    let mut binary = api(json!({ "GET /a": mock("1") }));
    binary["binary_media_types"] = json!(["b/b", "a/a"]);
    let sorted = spec(binary.clone());
    assert_ne!(sorted, base);
    binary["binary_media_types"] = json!(["a/a", "b/b"]);
    assert_eq!(spec(binary), sorted);
}

#[test]
fn parameters_of_the_path_need_not_be_listed() {
    let route = |parameters: Value| {
        let mut route = mock("1");
        route["request_parameters"] = parameters;
        serde_json::from_value::<RestApi>(api(json!({ "GET /{a}/{rest+}": route }))).unwrap()
    };
    let listed = json!({ "method.request.path.a": true, "method.request.path.rest": true });
    assert_eq!(route(json!({})), route(listed));
}

fn account() -> Graph {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Principal": { "Service": "apigateway.amazonaws.com" }, "Action": "sts:AssumeRole" }],
    });
    let managed = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs";
    let role = json!({ "name": "logs", "trust": trust, "managed": [managed] });
    let account = json!({ "cloudwatch_role": "⟦iam/role/logs|arn⟧" });
    graph([("iam/role/logs", &role), ("apigateway/account/main", &account)])
}

fn role(lab: &Lab) -> Option<String> {
    lab.sandbox.with_account(|account| account.apigateway.cloudwatch_role.clone())
}

#[tokio::test(start_paused = true)]
async fn the_role_of_another_stack_is_as_good_and_stays() {
    let lab = Lab::new().await;
    let others = "arn:aws:iam::000000000000:role/aqueduct/other/logs".to_string();
    lab.sandbox.with_account(|account| account.apigateway.cloudwatch_role = Some(others.clone()));
    lab.run(&account()).await.succeeded("create");
    assert_eq!(role(&lab), Some(others.clone()));
    assert!(lab.plan(&account()).await.is_empty());
    lab.run_ordered(&Graph::default(), &account()).await.succeeded("destroy");
    assert_eq!(role(&lab), Some(others));
}

#[tokio::test(start_paused = true)]
async fn our_own_role_is_set_and_unset() {
    let lab = Lab::new().await;
    lab.run(&account()).await.succeeded("create");
    assert_eq!(role(&lab), Some("arn:aws:iam::000000000000:role/aqueduct/test/us-east-1/logs".into()));
    lab.run_ordered(&Graph::default(), &account()).await.succeeded("destroy");
    assert_eq!(role(&lab), None);
}

/// An API whose route goes through a VPC link, or over the internet.
fn private(link: bool) -> Graph {
    let mut integration = json!({ "type": "HTTP_PROXY", "http_method": "GET", "uri": "http://backend.example:8082/" });
    if link {
        integration["connection"] = json!("⟦apigateway/vpc-link/main|id⟧");
    }
    let api = api(json!({ "GET /": { "integration": integration } }));
    let balancer = json!({ "name": "main", "internal": true, "subnets": ["⟦ec2/subnet/a|id⟧"] });
    let target = json!({ "name": "main", "target": "⟦elb/load-balancer/main|arn⟧" });
    let network = [
        ("ec2/vpc/main", json!({ "cidr": "10.0.0.0/16" })),
        ("ec2/subnet/a", json!({ "vpc": "⟦ec2/vpc/main|id⟧", "cidr": "10.0.1.0/24", "zone": "us-east-1a" })),
        ("elb/load-balancer/main", balancer),
        ("apigateway/rest-api/main", api),
    ];
    let link = link.then_some(("apigateway/vpc-link/main", target));
    let all: Vec<_> = network.into_iter().chain(link).collect();
    graph(all.iter().map(|(address, spec)| (*address, spec)))
}

#[tokio::test(start_paused = true)]
async fn a_vpc_link_is_there_before_the_routes_through_it_and_goes_after_them() {
    let lab = Lab::new().await;
    lab.run(&private(true)).await.succeeded("create");
    assert!(lab.plan(&private(true)).await.is_empty());
    let link = lab.sandbox.with_account(|account| account.apigateway.vpc_links.keys().next().cloned().unwrap());
    let call = lab.cx.apigateway().delete_vpc_link().vpc_link_id(&link);
    let error = aqueduct::aws::Error::from(call.send().await.unwrap_err());
    assert!(error.is("BadRequestException", "is referenced in"), "{error}");
    lab.run(&private(false)).await.succeeded("over the internet");
    assert_eq!(lab.cx.apigateway().get_vpc_links().send().await.unwrap().items.unwrap_or_default(), []);
    lab.run(&private(true)).await.succeeded("through the link again");
    lab.run_ordered(&Graph::default(), &private(true)).await.succeeded("destroy");
    assert!(lab.tagged().is_empty());
}

async fn empty_api(lab: &Lab) -> String {
    lab.cx.apigateway().create_rest_api().name("by hand").send().await.unwrap().id.unwrap()
}

async fn put(lab: &Lab, api: &str, document: Value) -> Result<(), String> {
    let call = lab.cx.apigateway().put_rest_api().rest_api_id(api).mode(PutMode::Overwrite);
    let answer = call.body(Blob::new(document.to_string())).send().await;
    answer.map(drop).map_err(|error| aqueduct::aws::Error::from(error).message)
}

fn document(path: &str, operation: Value) -> Value {
    json!({ "openapi": "3.0.1", "info": { "title": "t", "version": "1" }, "paths": { path: operation } })
}

#[tokio::test(start_paused = true)]
async fn a_refused_document_changes_nothing() {
    let lab = Lab::new().await;
    let id = empty_api(&lab).await;
    let fine = json!({ "get": { "x-amazon-apigateway-integration": { "type": "mock" } } });
    put(&lab, &id, document("/a", fine.clone())).await.unwrap();
    let unmapped = json!({ "get": {
        "x-amazon-apigateway-integration": {
            "type": "http_proxy", "httpMethod": "GET", "uri": "http://192.0.2.1/{proxy}",
            "requestParameters": { "integration.request.path.proxy": "method.request.path.proxy" },
        },
    } });
    let reason = put(&lab, &id, document("/{proxy+}", unmapped)).await.unwrap_err();
    let wanted = "Unable to put integration on 'GET' for resource at path '/{proxy+}': Invalid mapping expression specified: \
                  Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.request.path.proxy]";
    assert!(reason.contains(wanted), "{reason}");
    let unknown = json!({ "get": { "x-amazon-apigateway-gateway-responses": {} } });
    assert!(put(&lab, &id, document("/a", unknown)).await.is_err());
    let paths = lab.sandbox.with_account(|account| {
        let tree = &account.apigateway.apis[&id].tree;
        tree.resources.values().map(|resource| tree.path(resource)).collect::<std::collections::BTreeSet<_>>()
    });
    assert_eq!(paths, ["/".to_string(), "/a".to_string()].into());
}

#[tokio::test(start_paused = true)]
async fn what_an_api_answers_by_itself_is_set_by_type_and_class() {
    let lab = Lab::new().await;
    let id = empty_api(&lab).await;
    let gateway = lab.cx.apigateway();
    let all = gateway.get_gateway_responses().rest_api_id(&id).send().await.unwrap().items.unwrap();
    assert_eq!(all.len(), GatewayResponseType::values().len());
    assert!(all.iter().all(|response| response.default_response));
    let class = gateway.put_gateway_response().rest_api_id(&id).response_type(GatewayResponseType::Default5Xx);
    class.status_code("599").response_parameters("gatewayresponse.header.X", "'y'").send().await.unwrap();
    let failure = gateway.put_gateway_response().rest_api_id(&id).response_type(GatewayResponseType::AuthorizerFailure);
    let failure = failure.response_parameters("gatewayresponse.header.foo", "'bar'").send().await.unwrap();
    assert_eq!((failure.status_code.as_deref(), failure.default_response), (Some("500"), false));
    assert_eq!(failure.response_templates.unwrap()["application/json"], r#"{"message":$context.error.messageString}"#);
    let get = |kind| gateway.get_gateway_response().rest_api_id(&id).response_type(kind).send();
    let timeout = get(GatewayResponseType::IntegrationTimeout).await.unwrap();
    assert_eq!((timeout.status_code.as_deref(), timeout.default_response), (Some("599"), true));
    assert_eq!(timeout.response_parameters.unwrap()["gatewayresponse.header.X"], "'y'");
    let delete = |kind| gateway.delete_gateway_response().rest_api_id(&id).response_type(kind).send();
    delete(GatewayResponseType::Default5Xx).await.unwrap();
    let error = aqueduct::aws::Error::from(delete(GatewayResponseType::Default5Xx).await.unwrap_err());
    assert!(error.is("NotFoundException", "Gateway response type not defined on api"), "{error}");
    assert_eq!(get(GatewayResponseType::IntegrationTimeout).await.unwrap().status_code.as_deref(), Some("504"));
}

#[tokio::test(start_paused = true)]
async fn a_new_answer_of_the_api_itself_is_deployed() {
    let lab = Lab::new().await;
    lab.run(&two_routes()).await.succeeded("create");
    let (id, before, _) = ids(&lab).await;
    let mut api = api(json!({ "GET /a": mock("1"), "GET /b": mock("2") }));
    api["gateway_responses"] = json!({ "DEFAULT_4XX": { "parameters": { "gatewayresponse.header.X": "'y'" } } });
    let wanted = with_stage(&api);
    lab.run(&wanted).await.succeeded("change");
    let (_, after, _) = ids(&lab).await;
    assert_ne!(after, before);
    let shown = lab.sandbox.with_account(|account| {
        let deployment = &account.apigateway.apis[&id].deployments[&after];
        deployment.tree.gateway_responses["DEFAULT_4XX"].response_parameters.clone()
    });
    assert_eq!(shown["gatewayresponse.header.X"], "'y'");
    assert!(lab.plan(&wanted).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_tree_made_call_by_call_reads_like_an_imported_one() {
    let lab = Lab::new().await;
    let wanted = deployed(json!({ "ANY /{proxy+}": {
        "integration": {
            "type": "HTTP_PROXY", "http_method": "ANY", "uri": "http://192.0.2.1:8082/{proxy}",
            "request_parameters": { "integration.request.path.proxy": "method.request.path.proxy" },
        },
        "responses": { "200": {} },
    } }));
    lab.run(&wanted).await.succeeded("create");
    let (id, ..) = ids(&lab).await;
    let gateway = lab.cx.apigateway();
    delete_route(&lab, &id, "/{proxy+}").await;
    let root = gateway.get_rest_api().rest_api_id(&id).send().await.unwrap().root_resource_id.unwrap();
    let made = gateway.create_resource().rest_api_id(&id).parent_id(root).path_part("{proxy+}").send().await.unwrap();
    let resource = made.id.unwrap();
    let method = gateway.put_method().rest_api_id(&id).resource_id(&resource).http_method("ANY");
    let method = method.authorization_type("NONE").request_parameters("method.request.path.proxy", true);
    method.send().await.unwrap();
    let integration = gateway.put_integration().rest_api_id(&id).resource_id(&resource).http_method("ANY");
    let integration = integration.r#type(IntegrationType::HttpProxy).integration_http_method("ANY");
    let integration = integration.uri("http://192.0.2.1:8082/{proxy}");
    integration.request_parameters("integration.request.path.proxy", "method.request.path.proxy").send().await.unwrap();
    let response = gateway.put_method_response().rest_api_id(&id).resource_id(&resource).http_method("ANY");
    response.status_code("200").send().await.unwrap();
    assert!(lab.plan(&wanted).await.is_empty(), "{:#?}", lab.plan(&wanted).await);
}

#[tokio::test(start_paused = true)]
async fn a_stage_logs_only_with_the_role_of_the_account() {
    let lab = Lab::new().await;
    lab.run(&two_routes()).await.succeeded("create");
    let (id, ..) = ids(&lab).await;
    let patch = PatchOperation::builder().op(Op::Replace).path("/*/*/logging/loglevel").value("INFO").build();
    let call = lab.cx.apigateway().update_stage().rest_api_id(&id).stage_name("prod").patch_operations(patch);
    let error = aqueduct::aws::Error::from(call.send().await.unwrap_err());
    assert!(
        error.is("BadRequestException", "CloudWatch Logs role ARN must be set in account settings to enable logging")
    );
}

#[tokio::test(start_paused = true)]
async fn a_deployment_in_use_cannot_be_deleted() {
    let lab = Lab::new().await;
    lab.run(&two_routes()).await.succeeded("create");
    let (api, deployment, _) = ids(&lab).await;
    let call = lab.cx.apigateway().delete_deployment().rest_api_id(api).deployment_id(deployment);
    let error = aqueduct::aws::Error::from(call.send().await.unwrap_err());
    assert!(error.is("BadRequestException", "Active stages pointing to this deployment must be moved or deleted"));
}

#[tokio::test(start_paused = true)]
async fn lists_are_paged_by_position() {
    let lab = Lab::new().await;
    for _ in 0..3 {
        empty_api(&lab).await;
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    }
    let gateway = lab.cx.apigateway();
    let mut seen = BTreeMap::new();
    let mut pages = gateway.get_rest_apis().limit(2).into_paginator().send();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        count += 1;
        for api in page.unwrap().items.unwrap() {
            *seen.entry(api.id.unwrap()).or_insert(0) += 1;
        }
    }
    assert_eq!((count, seen.len()), (2, 3));
    assert!(seen.values().all(|times| *times == 1));
}

#[tokio::test(start_paused = true)]
async fn an_exported_stage_imports_as_the_same_routes() {
    let lab = Lab::new().await;
    let routes = json!({
        "GET /streams/{name}": {
            "authorization": "AWS_IAM",
            "operation_name": "Describe",
            "request_parameters": { "method.request.querystring.limit": true },
            "validate": { "parameters": true },
            "integration": {
                "type": "HTTP", "http_method": "POST", "uri": "https://example.com", "passthrough": "NEVER",
                "request_templates": { "application/json": "{}" }, "timeout_ms": 1000,
            },
            "responses": {
                "200": { "headers": ["X-Id"], "mapping": { "parameters": { "method.response.header.X-Id": "'1'" } } },
                "400": { "mapping": { "selection_pattern": "4\\d{2}" } },
            },
        },
        "ANY /{rest+}": { "api_key_required": true, "integration": { "type": "MOCK" } },
    });
    let mut api = api(routes);
    api["gateway_responses"] = json!({ "THROTTLED": { "status": "503", "templates": { "text/plain": "later" } } });
    let wanted = with_stage(&api);
    lab.run(&wanted).await.succeeded("create");
    let (id, ..) = ids(&lab).await;
    let call = lab.cx.apigateway().get_export().rest_api_id(&id).stage_name("prod").export_type("oas30");
    let exported = call.parameters("extensions", "apigateway").accepts("application/json").send().await.unwrap();
    let document: Value = serde_json::from_slice(exported.body.unwrap().as_ref()).unwrap();
    delete_route(&lab, &id, "/{rest+}").await;
    put(&lab, &id, document).await.unwrap();
    assert!(lab.plan(&wanted).await.is_empty(), "{:#?}", lab.plan(&wanted).await);
}
