//! The brokers that clients begin with.

use aws_sdk_kafka::operation::get_bootstrap_brokers::GetBootstrapBrokersOutput;

/// How many brokers AWS names.
const NAMED: i32 = 3;

/// The outputs that name brokers of a cluster that has `count`; the same in every call.
pub(super) fn outputs(brokers: &GetBootstrapBrokersOutput, count: Option<i32>) -> [(&'static str, Option<String>); 5] {
    let steady = |list: Option<&str>| list.map(|list| steady(list, count));
    [
        ("bootstrap_brokers_iam", steady(brokers.bootstrap_broker_string_sasl_iam())),
        ("bootstrap_brokers_scram", steady(brokers.bootstrap_broker_string_sasl_scram())),
        ("bootstrap_brokers_tls", steady(brokers.bootstrap_broker_string_tls())),
        ("bootstrap_brokers_plaintext", steady(brokers.bootstrap_broker_string())),
        ("bootstrap_brokers_public_iam", steady(brokers.bootstrap_broker_string_public_sasl_iam())),
    ]
}

/// AWS gives three of the brokers, chosen anew and in another order each time (AWS.md §3.1). Where their names differ
/// in nothing but their number, the first ones are as good.
fn steady(list: &str, count: Option<i32>) -> String {
    let rest = |host| numbered(host).map(|(_, rest)| rest);
    let mut hosts = list.split(',');
    let first = hosts.next().and_then(rest);
    match (first, count) {
        (Some(first), Some(count)) if hosts.all(|host| rest(host) == Some(first)) => {
            let all: Vec<String> = (1..=count.min(NAMED)).map(|number| format!("b-{number}{first}")).collect();
            all.join(",")
        }
        _ => sorted(list),
    }
}

/// `b-1.main.x.kafka.amazonaws.com:9098` or `b-1-public.main…` as its number and the rest.
fn numbered(host: &str) -> Option<(u32, &str)> {
    let name = host.strip_prefix("b-")?;
    let (number, rest) = name.split_at(name.find(['.', '-'])?);
    Some((number.parse().ok()?, rest))
}

/// AWS gives nodes in another order each time.
pub(super) fn sorted(list: &str) -> String {
    let mut hosts: Vec<&str> = list.split(',').collect();
    hosts.sort_unstable();
    hosts.join(",")
}
