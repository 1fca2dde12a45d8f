//! IAM and load balancers.

use super::{Need, on_behalf, pass, service_linked};
use crate::account::Account;
use crate::call::Call;

/// IAM. Operations name roles and profiles; what is allowed is about ARNs, with their paths. Of what does not exist IAM
/// knows no path.
pub(super) fn needs(account: &Account, call: &Call) -> Vec<Need> {
    let (name, params) = (call.operation.name, call.params());
    let one = |parameter: &str| params.seen(parameter).first().copied();
    let iam = &account.iam;
    let arn = |kind: &str, path: &str, name: &str| format!("arn:aws:iam::{}:{kind}{path}{name}", call.account_id);
    let path = one("Path").unwrap_or("/");
    let role = |role: &str| match iam.roles.get(role) {
        Some(role) if name != "CreateRole" => role.arn.clone(),
        _ => arn("role", path, role),
    };
    let profile = |profile: &str| match iam.profiles.get(profile) {
        Some(profile) if name != "CreateInstanceProfile" => profile.arn.clone(),
        _ => arn("instance-profile", path, profile),
    };
    let policy = |policy: &str| arn("policy", path, policy);
    let about = match (one("InstanceProfileName"), one("RoleName"), one("PolicyArn"), one("PolicyName")) {
        (Some(it), ..) => profile(it),
        (_, Some(it), ..) => role(it),
        (.., Some(arn), _) => arn.to_owned(),
        (.., Some(it)) => policy(it),
        _ => "*".to_owned(),
    };
    let mut needs = vec![Need::on(format!("iam:{name}"), [about.clone()])];
    let tagging = match name {
        "CreateRole" => Some("iam:TagRole"),
        "CreateInstanceProfile" => Some("iam:TagInstanceProfile"),
        "CreatePolicy" => Some("iam:TagPolicy"),
        _ => None,
    };
    needs.extend(tagging.filter(|_| params.has("Tags")).map(|action| Need::on(action, [about])));
    if let ("AddRoleToInstanceProfile", Some(it)) = (name, one("RoleName")) {
        needs.push(pass(&role(it), "ec2.amazonaws.com"));
    }
    needs
}

/// Network load balancers (Service Authorization Reference of 2026-10-27). Their ARNs end in digits that AWS chooses.
pub(super) fn load_balancing(call: &Call) -> Vec<Need> {
    let (name, params) = (call.operation.name, call.params());
    let action = format!("elasticloadbalancing:{name}");
    if name.starts_with("Describe") {
        return vec![Need::anywhere(action)];
    }
    let named = |kind: &str| -> Vec<String> {
        let names = params.seen("Name").into_iter();
        names.map(|name| call.arn("elasticloadbalancing", &format!("{kind}/{name}/*"))).collect()
    };
    let about = match name {
        "CreateLoadBalancer" => named("loadbalancer/net"),
        "CreateTargetGroup" => named("targetgroup"),
        "AddTags" | "RemoveTags" => params.seen("ResourceArns.*").into_iter().map(str::to_owned).collect(),
        "ModifyListener" | "DeleteListener" => params.seen("ListenerArn").into_iter().map(str::to_owned).collect(),
        _ => {
            let of = [params.seen("LoadBalancerArn"), params.seen("TargetGroupArn")].concat();
            of.into_iter().map(str::to_owned).collect()
        }
    };
    let mut needs = vec![Need::on(action, about.clone())];
    if name.starts_with("Create") && params.has("Tags") {
        // The new listener's ARN is its load balancer's with another word and more digits.
        let tagged = about.into_iter().map(|arn| match name {
            "CreateListener" => format!("{}/*", arn.replacen(":loadbalancer/", ":listener/", 1)),
            _ => arn,
        });
        needs.push(Need::on("elasticloadbalancing:AddTags", tagged));
    }
    match name {
        "CreateLoadBalancer" => needs.push(service_linked(call, "elasticloadbalancing.amazonaws.com")),
        "CreateTargetGroup" => needs.extend(on_behalf(["ec2:DescribeVpcs"])),
        _ => {}
    }
    needs
}
