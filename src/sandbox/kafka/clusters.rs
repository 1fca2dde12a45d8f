//! Reading and deleting clusters, and what clients need to reach them.

use super::cluster::{self, Capacity, Cluster, Provisioned, State};
use super::shapes::{ClientBroker, NetworkType, bare};
use super::{Paging, bad, network, versions, with_token};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{MINUTE, Timed};
use crate::operation::Operation;
use crate::time::iso8601;
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("DescribeClusterV2", describe_v2).at("GET", "/api/v2/clusters/{clusterArn}"),
    Operation::read("DescribeCluster", describe).at("GET", "/v1/clusters/{clusterArn}"),
    Operation::read("ListClustersV2", list_v2).at("GET", "/api/v2/clusters"),
    Operation::read("ListClusters", list).at("GET", "/v1/clusters"),
    Operation::write("DeleteCluster", delete).at("DELETE", "/v1/clusters/{clusterArn}"),
    Operation::read("GetBootstrapBrokers", bootstrap).at("GET", "/v1/clusters/{clusterArn}/bootstrap-brokers"),
    Operation::read("ListNodes", nodes).at("GET", "/v1/clusters/{clusterArn}/nodes"),
    Operation::read("GetCompatibleKafkaVersions", compatible).at("GET", "/v1/compatible-kafka-versions"),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct One {
    cluster_arn: String,
}

fn describe_v2(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let (now, region) = (account.now, account.region.clone());
    let cluster = cluster::find(account, &call.input::<One>()?.cluster_arn)?;
    Answer::json(json!({ "clusterInfo": cluster.described(now, &region) }))
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let (now, region) = (account.now, account.region.clone());
    let cluster = cluster::find(account, &call.input::<One>()?.cluster_arn)?;
    let Some(info) = cluster.described_v1(now, &region) else {
        return Err(bad("clusterArn", "This operation cannot be performed on serverless clusters."));
    };
    Answer::json(json!({ "clusterInfo": info }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct List {
    cluster_name_filter: Option<String>,
    cluster_type_filter: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

fn list_v2(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    page(account, call.input()?, |cluster, now, region| Some(cluster.described(now, region)))
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: List = call.input()?;
    if input.cluster_type_filter.is_some() {
        return Err(call.invalid("unknown field `clusterTypeFilter`"));
    }
    page(account, input, Cluster::described_v1)
}

fn page(account: &mut Account, input: List, shape: fn(&Cluster, u64, &str) -> Option<Value>) -> Result<Answer, Fault> {
    let List { cluster_name_filter: prefix, cluster_type_filter: kind, max_results, next_token } = input;
    if kind.as_deref().is_some_and(|kind| !["PROVISIONED", "SERVERLESS"].contains(&kind)) {
        return Err(bad("clusterTypeFilter", "The cluster type must be PROVISIONED or SERVERLESS."));
    }
    let (now, region) = (account.now, account.region.clone());
    let fits = |cluster: &&mut Cluster| {
        prefix.as_ref().is_none_or(|prefix| cluster.name.starts_with(prefix))
            && kind.as_ref().is_none_or(|kind| kind == cluster.kind())
    };
    let all = cluster::all(account).filter(fits).filter_map(|cluster| shape(cluster, now, &region));
    let (page, next) = Paging { max_results, next_token }.page(all)?;
    Answer::json(with_token(json!({ "clusterInfoList": page }), next))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Delete {
    cluster_arn: String,
    current_version: Option<String>,
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Delete { cluster_arn: arn, current_version } = call.input()?;
    let now = account.now;
    let cluster = cluster::find(account, &arn)?;
    if *cluster.state.at(now) != State::Active {
        let message = format!("You can't delete cluster in {} state.", cluster.state.at(now).name());
        return Err(bad("clusterArn", message));
    }
    cluster.check_version(current_version.as_deref())?;
    let takes = match &cluster.capacity {
        Capacity::Provisioned(provisioned) if !provisioned.express() => 8 * MINUTE,
        Capacity::Provisioned(_) | Capacity::Serverless(_) => 3 * MINUTE,
    };
    cluster.state = Timed::new(now, State::Deleting);
    cluster.gone_at = Some(now + takes);
    network::release(account, &arn, takes);
    Answer::json(json!({ "clusterArn": arn, "state": "DELETING" }))
}

fn bootstrap(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let (now, region) = (account.now, account.region.clone());
    let turn = account.ids.clone().number();
    let cluster = cluster::find(account, &call.input::<One>()?.cluster_arn)?;
    let state = *cluster.state.at(now);
    if matches!(state, State::Creating | State::Deleting) {
        let message = format!("You can't get bootstrap broker nodes for a cluster in {} state.", state.name());
        return Err(bad("clusterArn", message));
    }
    let strings = match cluster.provisioned() {
        Some(provisioned) => strings(cluster, provisioned, &region, turn.wrapping_add(now)),
        None => {
            let id = cluster.host.split('.').nth(1).unwrap_or_default();
            let host = format!("boot-{id}.c1.kafka-serverless.{region}.amazonaws.com:9098");
            Map::from_iter([("bootstrapBrokerStringSaslIam".to_owned(), host.into())])
        }
    };
    Answer::json(Value::Object(strings))
}

/// The strings of up to three brokers: which ones and in which order, `turn` decides.
fn strings(cluster: &Cluster, provisioned: &Provisioned, region: &str, turn: u64) -> Map<String, Value> {
    let connectivity = provisioned.brokers.connectivity_info.clone().unwrap_or_default();
    let public = connectivity.public_access.and_then(|access| access.r#type);
    let public = public.is_some_and(|access| access != "DISABLED");
    let vpcs = connectivity.vpc_connectivity.unwrap_or_default().clients();
    let dual = connectivity.network_type == Some(NetworkType::Dual);
    let encryption = provisioned.encryption.encryption_in_transit.clone().unwrap_or_default();
    let client_broker = encryption.client_broker.unwrap_or_default();
    let clients = &provisioned.authentication;
    let open = clients.unauthenticated();
    let secure = client_broker != ClientBroker::Plaintext;
    let list = |suffix: &str, port: u16| {
        let count = provisioned.count.max(1);
        let start = (turn % u64::from(count)) as u32;
        let hosts = (start..start + count.min(3)).map(|index| {
            let number = index % count + 1;
            format!("b-{number}{suffix}.{}.kafka.{region}.amazonaws.com:{port}", cluster.host)
        });
        Value::from(hosts.collect::<Vec<_>>().join(","))
    };
    let all = [
        (open && client_broker != ClientBroker::Tls, "", "", 9092),
        (secure && (open || clients.tls()), "Tls", "", 9094),
        (clients.scram(), "SaslScram", "", 9096),
        (clients.iam(), "SaslIam", "", 9098),
        (public && clients.tls(), "PublicTls", "-public", 9194),
        (public && clients.scram(), "PublicSaslScram", "-public", 9196),
        (public && clients.iam(), "PublicSaslIam", "-public", 9198),
        (vpcs.tls(), "VpcConnectivityTls", ".tls", 14001),
        (vpcs.scram(), "VpcConnectivitySaslScram", ".scram", 14001),
        (vpcs.iam(), "VpcConnectivitySaslIam", ".iam", 14001),
        (dual && open && client_broker != ClientBroker::Tls, "Ipv6", "-ipv6", 9092),
        (dual && secure && (open || clients.tls()), "TlsIpv6", "-ipv6", 9094),
        (dual && clients.scram(), "SaslScramIpv6", "-ipv6", 9096),
        (dual && clients.iam(), "SaslIamIpv6", "-ipv6", 9098),
    ];
    let there = all.into_iter().filter(|(there, ..)| *there);
    there.map(|(_, name, suffix, port)| (format!("bootstrapBrokerString{name}"), list(suffix, port))).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Nodes {
    cluster_arn: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

fn nodes(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Nodes { cluster_arn, max_results, next_token } = call.input()?;
    let region = account.region.clone();
    let cluster = cluster::find(account, &cluster_arn)?.clone();
    let Some(provisioned) = cluster.provisioned() else {
        return Err(bad("clusterArn", "This operation cannot be performed on serverless clusters."));
    };
    let address = |id: &String| account.ec2.interfaces.get(id).and_then(|interface| interface.address(account));
    let subnets = provisioned.brokers.client_subnets.iter().cycle();
    let node = |(number, (interface, subnet)): (usize, (&String, &String))| {
        bare(json!({
            "nodeType": "BROKER",
            "nodeARN": format!("{}/{number}", cluster.arn.replacen(":cluster/", ":broker/", 1)),
            "instanceType": provisioned.brokers.instance_type.trim_start_matches("kafka."),
            "addedToClusterTime": iso8601(cluster.created),
            "brokerNodeInfo": {
                "brokerId": number,
                "attachedENIId": interface,
                "clientSubnet": subnet,
                "clientVpcIpAddress": address(interface),
                "currentBrokerSoftwareInfo": provisioned.software_of_broker(),
                "endpoints": [format!("b-{number}.{}.kafka.{region}.amazonaws.com", cluster.host)],
            },
        }))
    };
    let count = usize::try_from(provisioned.count).unwrap_or_default();
    let all = (1..=count).zip(cluster.interfaces.iter().zip(subnets)).map(node);
    let (page, next) = Paging { max_results, next_token }.page(all)?;
    Answer::json(with_token(json!({ "nodeInfoList": page }), next))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Compatible {
    cluster_arn: Option<String>,
}

fn compatible(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let (sources, express): (Vec<&versions::Version>, bool) = match call.input::<Compatible>()?.cluster_arn {
        None => (versions::ALL.iter().collect(), false),
        Some(arn) => {
            let provisioned = cluster::find(account, &arn)?.provisioned();
            let version = provisioned.and_then(Provisioned::kafka);
            (version.into_iter().collect(), provisioned.is_some_and(Provisioned::express))
        }
    };
    let compatible = sources.into_iter().map(|source| {
        let fits = |target: &&versions::Version| source.upgrades_to(target) && (!express || target.express);
        let targets = versions::ALL.iter().filter(fits).map(|target| target.name);
        json!({ "sourceVersion": source.name, "targetVersions": targets.collect::<Vec<_>>() })
    });
    Answer::json(json!({ "compatibleKafkaVersions": compatible.collect::<Vec<_>>() }))
}
