//! What kinds state of IAM actions against the calls that they really make: nothing missing, nothing in vain. Which actions
//! a call needs is the sandbox's knowledge, not the kinds'.

use crate::support::Lab;
use aqueduct::kinds;
use aqueduct::resource::{Actions, Live, Verb};
use aqueduct::world::Graph;
use aqueduct_sandbox::CallRecord;
use aqueduct_sandbox::ec2::interfaces::Interface;
use aqueduct_sandbox::iam::Need;
use aws_sdk_ec2::types::{Filter, IpPermission, UserIdGroupPair};
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The actions that the calls of one kind needed.
#[derive(Default)]
pub struct Seen {
    own: BTreeMap<Verb, BTreeSet<String>>,
    dependent: BTreeSet<String>,
    at_all: BTreeSet<String>,
}

fn needs(calls: &[CallRecord]) -> impl Iterator<Item = &Need> {
    calls.iter().flat_map(|call| &call.needs)
}

fn stated(actions: &Actions, verbs: &[Verb]) -> BTreeSet<&'static str> {
    verbs.iter().flat_map(|verb| actions.of(*verb)).copied().collect()
}

fn dependent(actions: &Actions) -> BTreeSet<&'static str> {
    actions.dependent.iter().flat_map(|dependent| dependent.actions).copied().collect()
}

impl Seen {
    /// Takes the calls of a step that may do `verbs`, and fails when `kind` does not state all that they need.
    pub fn step(&mut self, kind: &str, verbs: &[Verb], calls: &[CallRecord], what: &str) {
        let actions = kinds::named(kind).unwrap().actions();
        let (own, of_others) = (stated(&actions, verbs), dependent(&actions));
        for need in needs(calls) {
            let stated = if need.dependent { &of_others } else { &own };
            assert!(
                stated.contains(need.action.as_str()),
                "{kind} does not state {} for {verbs:?}: {what}",
                need.action
            );
            if need.dependent {
                self.dependent.insert(need.action.clone());
            } else {
                for verb in verbs {
                    self.own.entry(*verb).or_default().insert(need.action.clone());
                }
            }
        }
    }

    /// Takes all calls of a run, and fails when one that only looks needs what no kind states for that.
    pub fn run(&mut self, lab: &Lab) {
        let calls = lab.sandbox.calls();
        let looks: Vec<CallRecord> = calls.iter().filter(|call| !call.mutating).cloned().collect();
        let known: BTreeSet<&str> = kinds::ALL.iter().flat_map(|kind| every(&kind.actions())).collect();
        for need in needs(&looks) {
            assert!(known.contains(need.action.as_str()), "no kind states {}", need.action);
        }
        self.at_all.extend(needs(&calls).map(|need| need.action.clone()));
    }

    /// All of both.
    pub fn and(mut self, other: Self) -> Self {
        for (verb, actions) in other.own {
            self.own.entry(verb).or_default().extend(actions);
        }
        self.dependent.extend(other.dependent);
        self.at_all.extend(other.at_all);
        self
    }

    /// What `kind` states for `verb` and no call needed so far.
    pub fn vain(&self, kind: &str, verb: Verb) -> Vec<&'static str> {
        let stated = kinds::named(kind).unwrap().actions().of(verb).iter().copied();
        stated.filter(|action| !self.own.get(&verb).is_some_and(|seen| seen.contains(*action))).collect()
    }

    /// Fails when `kind` states what no call needed.
    pub fn nothing_in_vain(&self, kind: &str) {
        let actions = kinds::named(kind).unwrap().actions();
        for verb in [Verb::Create, Verb::Update, Verb::Delete] {
            assert_eq!(self.vain(kind, verb), Vec::<&str>::new(), "{kind} states these in vain for {verb:?}");
        }
        let vain: Vec<&&str> = actions.read.iter().filter(|action| !self.at_all.contains(**action)).collect();
        assert_eq!(vain, Vec::<&&str>::new(), "{kind} states these in vain for reading");
        let dependent = dependent(&actions);
        let vain: Vec<&&str> = dependent.iter().filter(|action| !self.dependent.contains(**action)).collect();
        assert_eq!(vain, Vec::<&&str>::new(), "{kind} states these in vain as dependent");
    }
}

/// What happens to objects in life and needs actions of its own: somebody puts something into a bucket, uses a role, lets
/// a subnet follow another table. `live` was just made from `graph`, and is deleted next.
pub async fn trouble(lab: &Lab, graph: &Graph, kind: &str, live: &Live<Value>, seen: &mut Seen) {
    let (ec2, id) = (lab.cx.ec2(), live.id.as_str());
    match kind {
        "ec2/route-table" => {
            let Some(subnet) = live.spec["subnets"][0].as_str() else { return };
            let vpc = live.spec["vpc"].as_str().unwrap();
            let table = ec2.create_route_table().vpc_id(vpc).send().await.unwrap().route_table.unwrap();
            let table = table.route_table_id.unwrap();
            let of_subnet = Filter::builder().name("association.subnet-id").values(subnet).build();
            let tables = ec2.describe_route_tables().filters(of_subnet).send().await.unwrap().route_tables.unwrap();
            let association = tables[0].associations()[0].route_table_association_id().unwrap();
            let call = ec2.replace_route_table_association().association_id(association).route_table_id(&table);
            call.send().await.unwrap();
            let run = lab.run(graph).await.succeeded("take a subnet back");
            seen.step(kind, &[Verb::Read, Verb::Update], &run.calls, "a subnet that was taken away");
            ec2.delete_route_table().route_table_id(table).send().await.unwrap();
        }
        "ec2/security-group" => {
            let named = Filter::builder().name("group-name").values("clients").build();
            let groups = ec2.describe_security_groups().filters(named).send().await.unwrap().security_groups.unwrap();
            let clients = groups[0].group_id().unwrap();
            let pair = UserIdGroupPair::builder().group_id(id).build();
            let rule = IpPermission::builder().ip_protocol("tcp").from_port(1).to_port(2).user_id_group_pairs(pair);
            let call = ec2.authorize_security_group_ingress().group_id(clients);
            call.ip_permissions(rule.clone().build()).send().await.unwrap();
            let call = ec2.authorize_security_group_egress().group_id(clients);
            call.ip_permissions(rule.build()).send().await.unwrap();
            left_behind(lab, "", &[id]);
        }
        "apigateway/rest-api" => {
            let group = format!("API-Gateway-Execution-Logs_{id}/dev");
            lab.cx.logs().create_log_group().log_group_name(group).send().await.unwrap();
        }
        "ec2/subnet" => left_behind(lab, id, &[]),
        "iam/role" => {
            let iam = lab.cx.iam();
            iam.create_instance_profile().instance_profile_name("others").send().await.unwrap();
            let call = iam.add_role_to_instance_profile().instance_profile_name("others");
            call.role_name(id).send().await.unwrap();
        }
        "s3/bucket" => {
            let s3 = lab.cx.s3();
            let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
            s3.put_bucket_versioning().bucket(id).versioning_configuration(on).send().await.unwrap();
            let tags = "aqueduct:stack=test&aqueduct:address=s3/object/gone";
            s3.put_object().bucket(id).key("gone").tagging(tags).send().await.unwrap();
            s3.delete_object().bucket(id).key("gone").send().await.unwrap();
            if live.spec["force_destroy"] == true {
                s3.create_multipart_upload().bucket(id).key("unfinished").send().await.unwrap();
            }
        }
        "kafka/cluster" => {
            let Some(brokers) = live.spec["capacity"]["provisioned"]["brokers"].as_i64() else { return };
            let kafka = lab.cx.kafka();
            let cluster = kafka.describe_cluster_v2().cluster_arn(id).send().await.unwrap().cluster_info.unwrap();
            let call = kafka.update_broker_count().cluster_arn(id).current_version(cluster.current_version.unwrap());
            call.target_number_of_broker_nodes(brokers as i32 * 300).send().await.unwrap();
            is_taken_back(lab, kind, id).await;
        }
        "kafkaconnect/connector" => {
            let connect = lab.cx.kafkaconnect();
            let connector = connect.describe_connector().connector_arn(id).send().await.unwrap();
            let mut configuration = connector.connector_configuration.unwrap();
            configuration.insert("s3.bucket.name".into(), "there-is-none".into());
            let call = connect.update_connector().connector_arn(id).current_version(connector.current_version.unwrap());
            call.set_connector_configuration(Some(configuration)).send().await.unwrap();
            is_taken_back(lab, kind, id).await;
        }
        _ => {}
    }
}

/// Puts a network interface there that a service has forgotten.
fn left_behind(lab: &Lab, subnet: &str, groups: &[&str]) {
    let (id, requester) = ("eni-0123456789abcdef0".to_owned(), Some("amazon-mwaa".to_owned()));
    let (subnet, groups) = (subnet.to_owned(), groups.iter().map(ToString::to_string).collect());
    let one = Interface { id: id.clone(), subnet, groups, requester, ..Interface::default() };
    lab.sandbox.with_account(|account| account.ec2.interfaces.insert(id, one));
}

/// Waits until AWS has taken back the change that it has just begun.
async fn is_taken_back(lab: &Lab, kind: &str, id: &str) {
    tokio::time::sleep(Duration::from_secs(60 * 60)).await;
    let live = kinds::named(kind).unwrap().read(&lab.cx, id).await.unwrap().unwrap();
    assert!(live.undone.is_some(), "{kind}: the change was to be taken back");
}

fn every(actions: &Actions) -> BTreeSet<&'static str> {
    stated(actions, &[Verb::Read, Verb::Create, Verb::Update, Verb::Delete])
}

#[test]
fn every_action_has_a_service_and_stands_once() {
    for kind in kinds::ALL {
        let actions = kind.actions();
        let lists = [actions.read, actions.create, actions.update, actions.delete];
        let dependent = actions.dependent.iter().map(|dependent| dependent.actions);
        for list in lists.into_iter().chain(dependent) {
            let unique: BTreeSet<&&str> = list.iter().collect();
            assert_eq!(unique.len(), list.len(), "{}: {list:?}", kind.name());
            assert!(list.iter().all(|action| action.split_once(':').is_some()), "{}: {list:?}", kind.name());
        }
        for verb in [actions.create, actions.update, actions.delete] {
            let again: Vec<_> = verb.iter().filter(|action| actions.read.contains(action)).collect();
            let apigateway = kind.name().starts_with("apigateway/");
            assert!(again.is_empty() || apigateway, "{} states {again:?} twice", kind.name());
        }
    }
}
