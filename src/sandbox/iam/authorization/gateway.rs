//! API Gateway: actions are HTTP methods, resources are paths.

use super::{Need, filled, input, on_behalf, pass};
use crate::call::Call;
use serde_json::Value;

/// What a VPC link is made of.
const LINK: &[&str] = &[
    "ec2:CreateVpcEndpointServiceConfiguration",
    "ec2:DeleteVpcEndpointServiceConfigurations",
    "ec2:DescribeVpcEndpointServiceConfigurations",
    "ec2:ModifyVpcEndpointServicePermissions",
];

pub(super) fn needs(call: &Call) -> Vec<Need> {
    let arn = |path: &str| format!("arn:aws:apigateway:{}::{path}", call.region);
    let about = arn(&call.request.path);
    let mut needs = vec![Need::on(format!("apigateway:{}", call.request.method), [about.clone()])];
    let name = call.operation.name;
    let body = match name {
        "PutRestApi" | "ImportRestApi" => serde_json::from_slice(call.body()).unwrap_or_default(),
        _ => input(call),
    };
    if name.starts_with("Create") && filled(&body, "/tags") {
        needs.push(Need::on("apigateway:PUT", [arn("/tags/*")]));
    }
    let patched = |path: &str| -> Option<&str> {
        let patches = body.get("patchOperations").and_then(Value::as_array).into_iter().flatten();
        let mut found = patches.filter(|patch| patch.get("path").is_some_and(|given| given == path));
        found.next().map(|patch| patch.get("value").and_then(Value::as_str).unwrap_or_default())
    };
    let policy = filled(&body, "/policy") || filled(&body, "/x-amazon-apigateway-policy");
    if name.ends_with("RestApi") && (policy || patched("/policy").is_some()) {
        needs.push(Need::on("apigateway:UpdateRestApiPolicy", [about]));
    }
    let role = if name == "UpdateAccount" { patched("/cloudwatchRoleArn") } else { None };
    if let Some(role) = role.filter(|role| !role.is_empty()) {
        needs.push(Need::on("iam:GetRole", [role.to_owned()]).dependent());
        needs.push(pass(role, "apigateway.amazonaws.com"));
    }
    let mut roles = vec![];
    credentials(&body, &mut roles);
    roles.sort_unstable();
    roles.dedup();
    needs.extend(roles.into_iter().map(|role| pass(role, "apigateway.amazonaws.com")));
    if name.ends_with("VpcLink") && call.operation.mutating {
        needs.extend(on_behalf(LINK.iter().copied()));
    }
    if name == "CreateVpcLink" {
        needs.extend(on_behalf(["elasticloadbalancing:DescribeLoadBalancers"]));
    }
    needs
}

/// The roles that integrations and authorizers anywhere in `value` work in. `arn:aws:iam::*:user/*` is the caller.
fn credentials<'a>(value: &'a Value, roles: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str() {
                    Some(role) if key == "credentials" || key == "authorizerCredentials" => {
                        roles.extend(Some(role).filter(|role| role.contains(":role/")));
                    }
                    _ => credentials(value, roles),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| credentials(item, roles)),
        _ => {}
    }
}
