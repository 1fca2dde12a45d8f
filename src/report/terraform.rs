//! What a stack owns, as Terraform's `import` blocks: whoever leaves takes everything along.
//!
//! The identifiers are those that the AWS provider's resources are imported by. Terraform writes the configuration itself:
//! `terraform plan -generate-config-out=generated.tf`.

use super::json::Header;
use super::terraform_api;
use crate::kinds::apigateway::Parts;
use crate::resource::{Address, Live};
use crate::world::World;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What REST APIs consist of, by their ids.
pub type ApiParts = BTreeMap<String, Parts>;

/// One resource of Terraform's, what is added to its name, and what it is imported by.
pub(super) type Import = (&'static str, String, String);

/// The configuration of the provider, an `import` block for everything the provider knows, and a comment for what it does
/// not know.
///
/// `parts` are what each REST API consists of.
pub fn imports(header: &Header, world: &World, parts: &ApiParts) -> String {
    let mut out = format!(
        "# Stack {} in account {}. To take it over, in this folder:\n#   terraform init\n#   \
         terraform plan -generate-config-out=generated.tf\n#   terraform apply\n\n\
         terraform {{\n  required_providers {{\n    aws = {{\n      source = \"hashicorp/aws\"\n    }}\n  }}\n}}\n\n\
         provider \"aws\" {{\n  region              = {}\n  allowed_account_ids = [{}]\n}}\n",
        header.stack,
        header.account,
        quoted(&header.region),
        quoted(&header.account)
    );
    let mut taken = BTreeSet::new();
    for (address, live) in &world.resources {
        let found = match address.kind {
            "apigateway/rest-api" => terraform_api::of(live, parts.get(&live.id)),
            "apigateway/stage" => terraform_api::of_stage(live),
            _ => of(address, live),
        };
        if found.is_empty() {
            let _ = write!(out, "\n# {address} ({}): the provider has no resource for it.\n", comment(&live.id));
        }
        for (kind, part, id) in found {
            let mut name = label(&format!("{}{part}", address.name));
            while !taken.insert((kind, name.clone())) {
                name.push('_');
            }
            let _ = write!(out, "\nimport {{\n  to = {kind}.{name}\n  id = {}\n}}\n", quoted(&id));
        }
    }
    out
}

/// What one object of AWS is to Terraform: often several resources.
fn of(address: &Address, live: &Live<Value>) -> Vec<Import> {
    let one = |kind: &'static str, id: &str| vec![(kind, String::new(), id.to_owned())];
    let id = live.id.as_str();
    let arn = live.outputs.get("arn").map_or(id, String::as_str);
    match address.kind {
        "ec2/vpc" => one("aws_vpc", id),
        "ec2/subnet" => one("aws_subnet", id),
        "ec2/internet-gateway" => one("aws_internet_gateway", id),
        "ec2/elastic-ip" => one("aws_eip", id),
        "ec2/nat-gateway" => one("aws_nat_gateway", id),
        "ec2/route-table" => {
            let subnets = texts(&live.spec["subnets"]);
            let associations =
                subnets.map(|subnet| ("aws_route_table_association", format!("-{subnet}"), format!("{subnet}/{id}")));
            one("aws_route_table", id).into_iter().chain(associations).collect()
        }
        "ec2/vpc-endpoint" => one("aws_vpc_endpoint", id),
        "ec2/security-group" => one("aws_security_group", id),
        "ec2/instance" => one("aws_instance", id),
        "elb/load-balancer" => one("aws_lb", arn),
        "elb/target-group" => one("aws_lb_target_group", arn),
        "elb/listener" => one("aws_lb_listener", arn),
        "iam/role" => role(live),
        "iam/instance-profile" => one("aws_iam_instance_profile", id),
        "s3/bucket" => bucket(live),
        "s3/object" => one("aws_s3_object", &format!("s3://{id}")),
        "logs/log-group" => one("aws_cloudwatch_log_group", id),
        "kafka/cluster" if live.spec["capacity"].get("serverless").is_some() => one("aws_msk_serverless_cluster", arn),
        "kafka/cluster" => one("aws_msk_cluster", arn),
        "kafka/configuration" => one("aws_msk_configuration", arn),
        "kafkaconnect/custom-plugin" => one("aws_mskconnect_custom_plugin", arn),
        "kafkaconnect/worker-configuration" => one("aws_mskconnect_worker_configuration", arn),
        "kafkaconnect/connector" => one("aws_mskconnect_connector", arn),
        "apigateway/account" => one("aws_api_gateway_account", "api-gateway-account"),
        "apigateway/api-key" => one("aws_api_gateway_api_key", id),
        "apigateway/usage-plan" => {
            let keys = texts(&live.spec["keys"]);
            let keys = keys.map(|key| ("aws_api_gateway_usage_plan_key", format!("-{key}"), format!("{id}/{key}")));
            one("aws_api_gateway_usage_plan", id).into_iter().chain(keys).collect()
        }
        "apigateway/vpc-link" => one("aws_api_gateway_vpc_link", id),
        "kinesis/stream" => one("aws_kinesis_stream", id),
        "mwaa/environment" => one("aws_mwaa_environment", id),
        _ => vec![],
    }
}

fn role(live: &Live<Value>) -> Vec<Import> {
    let name = &live.id;
    let inline = live.spec["inline"].as_object().into_iter().flatten();
    let inline = inline.map(|(policy, _)| ("aws_iam_role_policy", format!("-{policy}"), format!("{name}:{policy}")));
    let managed = texts(&live.spec["managed"]).map(|policy| {
        let short = policy.rsplit('/').next().unwrap_or(policy);
        ("aws_iam_role_policy_attachment", format!("-{short}"), format!("{name}/{policy}"))
    });
    [("aws_iam_role", String::new(), name.clone())].into_iter().chain(inline).chain(managed).collect()
}

fn bucket(live: &Live<Value>) -> Vec<Import> {
    let spec = &live.spec;
    let parts = [
        ("aws_s3_bucket", true),
        ("aws_s3_bucket_versioning", spec["versioning"] == true),
        ("aws_s3_bucket_server_side_encryption_configuration", true),
        ("aws_s3_bucket_public_access_block", true),
        ("aws_s3_bucket_ownership_controls", true),
        ("aws_s3_bucket_policy", !spec["policy"].is_null()),
        ("aws_s3_bucket_lifecycle_configuration", any(&spec["lifecycle"])),
    ];
    parts.into_iter().filter(|(_, there)| *there).map(|(kind, _)| (kind, String::new(), live.id.clone())).collect()
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn any(value: &Value) -> bool {
    value.as_array().is_some_and(|all| !all.is_empty())
}

/// A name as Terraform allows: letters, digits, `_` and `-`, no digit first.
fn label(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') { name } else { format!("_{name}") }
}

/// A string literal of Terraform's language, in which `${` and `%{` begin templates.
fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace("${", "$${").replace("%{", "%%{")
}

fn comment(text: &str) -> String {
    text.replace(char::is_control, " ")
}
