//! The services that endpoints lead to.

use super::super::filters::{Field, Filters};
use super::super::paging::Page;
use super::super::refusals;
use super::{Endpoint, Kind};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::tags::Tags;
use crate::wire::Xml;
use sha2::{Digest, Sha256};

/// What follows `com.amazonaws.<region>.` in the names of services that have gateways.
const GATEWAYS: &[&str] = &["dynamodb", "s3"];

/// What follows `com.amazonaws.<region>.` in the names of services that have interface endpoints, and what stands before
/// `.<region>.amazonaws.com` in their public names.
const INTERFACES: &[(&str, &str)] = &[
    ("airflow.api", "api.airflow"),
    ("airflow.env", "env.airflow"),
    ("airflow.ops", "ops.airflow"),
    ("athena", "athena"),
    ("cloudformation", "cloudformation"),
    ("dynamodb", "dynamodb"),
    ("ec2", "ec2"),
    ("ec2messages", "ec2messages"),
    ("ecr.api", "api.ecr"),
    ("ecr.dkr", "dkr.ecr"),
    ("elasticloadbalancing", "elasticloadbalancing"),
    ("events", "events"),
    ("execute-api", "execute-api"),
    ("glue", "glue"),
    ("kafka", "kafka"),
    ("kinesis-firehose", "firehose"),
    ("kinesis-streams", "kinesis"),
    ("kms", "kms"),
    ("lambda", "lambda"),
    ("logs", "logs"),
    ("monitoring", "monitoring"),
    ("rds", "rds"),
    ("s3", "s3"),
    ("secretsmanager", "secretsmanager"),
    ("sns", "sns"),
    ("sqs", "sqs"),
    ("ssm", "ssm"),
    ("ssmmessages", "ssmmessages"),
    ("states", "states"),
    ("sts", "sts"),
    ("tagging", "tagging"),
];

/// Refuses a service that does not exist in this region, or has no endpoints of this type.
pub(super) fn check(account: &Account, name: &str, kind: Kind) -> Result<(), Fault> {
    let short = name.strip_prefix(&format!("com.amazonaws.{}.", account.region)).unwrap_or_default();
    let (gateway, interface) = (GATEWAYS.contains(&short), INTERFACES.iter().any(|(known, _)| *known == short));
    match (kind, gateway, interface) {
        (_, false, false) => {
            let text = format!("The Vpc Endpoint Service '{name}' does not exist");
            Err(Fault::new(400, "InvalidServiceName", text))
        }
        (Kind::Gateway, false, _) | (Kind::Interface, _, false) => {
            let text = format!("The VPC endpoint service {name} does not support the endpoint type {}.", kind.name());
            Err(Fault::new(400, "InvalidParameter", text))
        }
        _ => Ok(()),
    }
}

/// The name by which the service is known to everybody.
pub(super) fn public_name(account: &Account, service: &str) -> String {
    let short = service.splitn(4, '.').nth(3).unwrap_or_default();
    let label = INTERFACES.iter().find(|(known, _)| *known == short).map_or(short, |(_, label)| label);
    format!("{label}.{}.amazonaws.com", account.region)
}

/// The names that lead to an interface endpoint.
pub(super) fn names(account: &Account, endpoint: &Endpoint) -> Vec<String> {
    if endpoint.kind == Kind::Gateway {
        return Vec::new();
    }
    let public = public_name(account, &endpoint.service);
    let label = public.split('.').next().unwrap_or_default();
    let own = format!("{}-{}", endpoint.id, &digest(&endpoint.id)[..8]);
    let region = &account.region;
    let mut names = vec![format!("{own}.{label}.{region}.vpce.amazonaws.com")];
    for subnet in &endpoint.subnets {
        if let Some(subnet) = account.ec2.subnets.get(subnet) {
            names.push(format!("{own}-{}.{label}.{region}.vpce.amazonaws.com", subnet.zone));
        }
    }
    names.extend(endpoint.private_dns.then_some(public));
    names
}

/// The policy of an endpoint that was given none, as AWS writes it.
pub(super) fn open_policy(kind: Kind) -> &'static str {
    match kind {
        Kind::Gateway => {
            r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#
        }
        Kind::Interface => {
            "{\n  \"Statement\": [\n    {\n      \"Action\": \"*\", \n      \"Effect\": \"Allow\", \n      \"Principal\": \"*\", \n      \"Resource\": \"*\"\n    }\n  ]\n}"
        }
    }
}

/// A prefix list of AWS's own.
pub(super) struct PrefixList {
    pub id: String,
    pub name: String,
    blocks: [&'static str; 2],
}

/// The prefix lists of `region`, by id.
pub(super) fn prefix_lists(region: &str) -> Vec<PrefixList> {
    let list = |service: &str| {
        let name = format!("com.amazonaws.{region}.{service}");
        let (id, blocks) = match (region, service) {
            ("us-east-1", "s3") => ("63a5400a".to_owned(), ["52.216.0.0/15", "3.5.0.0/19"]),
            ("us-east-1", "dynamodb") => ("02cd2c6b".to_owned(), ["52.94.0.0/22", "52.119.224.0/20"]),
            _ => (digest(&name)[..8].to_owned(), ["52.218.0.0/17", "52.92.0.0/17"]),
        };
        PrefixList { id: format!("pl-{id}"), name, blocks }
    };
    let mut lists: Vec<PrefixList> = GATEWAYS.iter().map(|service| list(service)).collect();
    lists.sort_by(|one, other| one.id.cmp(&other.id));
    lists
}

/// Refuses the id of a prefix list that does not exist.
pub(in crate::ec2) fn check_prefix_list(account: &Account, id: &str) -> Result<(), Fault> {
    if prefix_lists(&account.region).iter().any(|list| list.id == id) {
        return Ok(());
    }
    Err(absent(id))
}

fn absent(id: &str) -> Fault {
    Fault::new(400, "InvalidPrefixListID.NotFound", format!("The prefix list ID '{id}' does not exist"))
}

const FIELDS: &[Field<PrefixList>] = &[
    ("prefix-list-id", |list, _, _| vec![list.id.clone()]),
    ("prefix-list-name", |list, _, _| vec![list.name.clone()]),
];

pub(super) fn describe_prefix_lists(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let ids: Vec<String> = params.list("PrefixListId")?;
    let filters = Filters::read(&params, FIELDS)?;
    let page = Page::read(&params, 1_000, !ids.is_empty())?;
    refusals::done(&params)?;
    for id in &ids {
        check_prefix_list(account, id)?;
    }
    let all = prefix_lists(&account.region);
    let chosen = all.iter().filter(|list| {
        (ids.is_empty() || ids.contains(&list.id)) && filters.fit(FIELDS, *list, &Tags::new(), account, call.now)
    });
    let items = chosen.map(|list| {
        let xml = Xml::new().text("prefixListId", &list.id).text("prefixListName", &list.name);
        (list.id.as_str(), xml.texts("cidrSet", "item", list.blocks))
    });
    Ok(Answer::xml(page.cut("prefixListSet", items)))
}

fn digest(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
