//! API Gateway: stages with what they log and share out, and what AWS says of what it could not do.

use crate::gateway::{api, deployed, ids, mock, two_routes, with_stage};
use crate::support::{Lab, graph};
use aqueduct::aws::Error;
use aqueduct::resource::Status;
use aqueduct::world::Graph;
use aqueduct_sandbox::Account;
use aqueduct_sandbox::apigateway::{Authorizer, Validator};
use aws_sdk_apigateway::types::{Op, PatchOperation};
use serde_json::{Value, json};

/// The first of two routes and a stage with `fields` on top.
fn staged(routes: Value, fields: Value) -> Graph {
    let mut stage = json!({
        "name": "prod",
        "api": "⟦apigateway/rest-api/main|id⟧",
        "definition": "⟦apigateway/rest-api/main|definition⟧",
    });
    stage.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    graph([("apigateway/rest-api/main", &api(routes)), ("apigateway/stage/main", &stage)])
}

/// The deployment that the canary of the stage shows.
async fn canary(lab: &Lab, api: &str) -> Option<String> {
    let stage = lab.cx.apigateway().get_stage().rest_api_id(api).stage_name("prod").send().await.unwrap();
    stage.canary_settings.and_then(|canary| canary.deployment_id)
}

#[tokio::test(start_paused = true)]
async fn a_canary_follows_the_stage_unless_it_has_a_deployment_of_its_own() {
    let lab = Lab::new().await;
    let routes = |text: &str| json!({ "GET /a": mock(text) });
    let shared = json!({ "canary": { "percent_traffic": 10, "variables": { "backend": "green" } } });
    lab.run(&staged(routes("1"), shared.clone())).await.succeeded("create");
    let (id, first, _) = ids(&lab).await;
    assert_eq!(canary(&lab, &id).await, Some(first.clone()));
    lab.run(&staged(routes("2"), shared.clone())).await.succeeded("a new deployment for both");
    let (_, second, all) = ids(&lab).await;
    assert_eq!((canary(&lab, &id).await, all), (Some(second.clone()), vec![second.clone()]));

    let by_hand = lab.cx.apigateway().create_deployment().rest_api_id(&id).send().await.unwrap().id.unwrap();
    let own = json!({ "canary": { "percent_traffic": 10, "deployment": by_hand } });
    lab.run(&staged(routes("2"), own.clone())).await.succeeded("one of its own");
    assert_eq!(canary(&lab, &id).await, Some(by_hand.clone()));
    lab.run(&staged(routes("3"), own.clone())).await.succeeded("a new deployment for the stage");
    assert_eq!(canary(&lab, &id).await, Some(by_hand));
    assert!(lab.plan(&staged(routes("3"), own)).await.is_empty());
    lab.run(&staged(routes("3"), shared.clone())).await.succeeded("shared again");
    let (_, third, _) = ids(&lab).await;
    assert_eq!(canary(&lab, &id).await, Some(third));
    assert!(lab.plan(&staged(routes("3"), shared)).await.is_empty());
}

/// The log groups that API Gateway writes its work on requests into.
fn execution_logs(account: &Account) -> Vec<String> {
    account.logs.groups.keys().filter(|name| name.starts_with("API-Gateway-")).cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn the_logs_of_an_api_go_with_it_whoever_turned_them_on() {
    let lab = Lab::new().await;
    lab.run(&two_routes()).await.succeeded("create");
    let (id, ..) = ids(&lab).await;
    let role = "arn:aws:iam::000000000000:role/others".to_string();
    lab.sandbox.with_account(|account| {
        account.apigateway.cloudwatch_role = Some(role);
        aqueduct_sandbox::logs::ensure(account, "API-Gateway-Execution-Logs_another/prod");
    });
    assert_eq!(lab.sandbox.with_account(|account| execution_logs(account)).len(), 1);
    let patch = PatchOperation::builder().op(Op::Replace).path("/*/*/logging/loglevel").value("INFO").build();
    let call = lab.cx.apigateway().update_stage().rest_api_id(&id).stage_name("prod").patch_operations(patch);
    call.send().await.unwrap();
    let made = format!("API-Gateway-Execution-Logs_{id}/prod");
    assert!(lab.sandbox.with_account(|account| execution_logs(account)).contains(&made));
    lab.run_ordered(&Graph::default(), &two_routes()).await.succeeded("destroy");
    let left = lab.sandbox.with_account(|account| execution_logs(account));
    assert_eq!(left, ["API-Gateway-Execution-Logs_another/prod"], "those of another API are none of ours");
}

#[tokio::test(start_paused = true)]
async fn what_routes_refer_to_is_found_on_any_page() {
    let lab = Lab::new().await;
    let mut guarded = mock("1");
    guarded["validate"] = json!({ "parameters": true });
    guarded["authorization"] = json!("CUSTOM");
    guarded["authorizer"] = json!({
        "name": "door",
        "type": "TOKEN",
        "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations",
    });
    let wanted = deployed(json!({ "GET /a": guarded }));
    lab.run(&wanted).await.succeeded("create");
    lab.sandbox.with_account(|account| {
        let tree = &mut account.apigateway.apis.values_mut().next().unwrap().tree;
        let authorizer = tree.authorizers.values().next().unwrap().clone();
        for number in 0..600 {
            let id = format!("!{number:05}");
            let name = Some(id.clone());
            let validator =
                Validator { id: id.clone(), name, validate_request_body: false, validate_request_parameters: false };
            tree.validators.insert(id.clone(), validator);
            tree.authorizers.insert(id.clone(), Authorizer { id: id.clone(), name: id, ..authorizer.clone() });
        }
    });
    assert!(lab.plan(&wanted).await.is_empty(), "{:#?}", lab.plan(&wanted).await);
}

#[tokio::test(start_paused = true)]
async fn why_a_change_of_the_endpoint_came_to_nothing_is_told() {
    let lab = Lab::new().await;
    let of = |policy: &str| {
        let mut api = api(json!({ "GET /a": mock("1") }));
        api["security_policy"] = json!(policy);
        with_stage(&api)
    };
    lab.run(&of("TLS_1_0")).await.succeeded("create");
    let trouble = "The certificate of a custom domain name does not fit";
    lab.sandbox.with_account(|account| {
        account.apigateway.apis.values_mut().for_each(|api| api.trouble = Some(trouble.to_owned()));
    });
    let outcome = lab.run(&of("TLS_1_2")).await.outcome;
    let [(_, reason)] = outcome.failed.as_slice() else { panic!("{:?}", outcome.failed) };
    assert!(reason.contains(trouble), "{reason}");
    lab.sandbox.with_account(|account| {
        account.apigateway.apis.values_mut().for_each(|api| api.trouble = None);
    });
    lab.run(&of("TLS_1_2")).await.succeeded("again, without the trouble");
}

#[tokio::test(start_paused = true)]
async fn a_link_that_failed_without_a_reason_says_so() {
    let lab = Lab::new().await;
    let link = json!({ "name": "main", "target": "⟦elb/load-balancer/main|arn⟧" });
    let network = [
        ("ec2/vpc/main", json!({ "cidr": "10.0.0.0/16" })),
        ("ec2/subnet/a", json!({ "vpc": "⟦ec2/vpc/main|id⟧", "cidr": "10.0.1.0/24", "zone": "us-east-1a" })),
        ("elb/load-balancer/main", json!({ "name": "main", "internal": true, "subnets": ["⟦ec2/subnet/a|id⟧"] })),
        ("apigateway/vpc-link/main", link),
    ];
    let wanted = graph(network.iter().map(|(address, spec)| (*address, spec)));
    lab.run(&wanted).await.succeeded("create");
    lab.sandbox.with_account(|account| {
        let now = account.now;
        account.apigateway.vpc_links.values_mut().for_each(|link| link.fail(now, None));
    });
    let world = lab.look(&wanted).await;
    let link = world.resources.iter().find(|(address, _)| address.kind == "apigateway/vpc-link").unwrap().1;
    let Status::Failed(reason) = &link.status else { panic!("{link:?}") };
    assert!(reason.contains("no reason"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_canary_needs_a_deployment_that_exists() {
    let lab = Lab::new().await;
    lab.run(&two_routes()).await.succeeded("create");
    let (id, ..) = ids(&lab).await;
    let path = "/canarySettings/deploymentId";
    let patch = PatchOperation::builder().op(Op::Replace).path(path).value("absent").build();
    let call = lab.cx.apigateway().update_stage().rest_api_id(&id).stage_name("prod").patch_operations(patch);
    let error = Error::from(call.send().await.unwrap_err());
    assert!(error.is("BadRequestException", "Deployment id does not exist"), "{error}");
}
