//! What clusters, configurations, topics and channels promise beyond what every kind must, and what
//! the sandbox's MSK insists on.

use crate::support::{Lab, Run, graph};
use aqueduct::aws::{Class, Error};
use aqueduct::plan::{Action, Plan, plan};
use aqueduct::resource::{Address, Status};
use aqueduct::world::Graph;
use aqueduct_sandbox::answer::Fault;
use aqueduct_sandbox::faults::{At, Effect};
use aws_sdk_ec2::operation::create_subnet::builders::CreateSubnetFluentBuilder;
use aws_sdk_kafka::types::{BrokerNodeGroupInfo, ConfigurationInfo, EbsStorageInfo, ProvisionedRequest, StorageInfo};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

mod channels;

const MINUTE: Duration = Duration::from_secs(60);

/// A sandbox with three subnets in as many zones, which no stack owns.
struct Ground {
    lab: Lab,
    subnets: Vec<String>,
}

impl Ground {
    async fn new() -> Self {
        let lab = Lab::new().await;
        let ec2 = lab.cx.ec2();
        let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap();
        let vpc = vpc.vpc().unwrap().vpc_id().unwrap().to_owned();
        let mut subnets = vec![];
        for (place, zone) in ["a", "b", "c"].into_iter().enumerate() {
            let block = format!("10.0.{place}.0/24");
            let call: CreateSubnetFluentBuilder = ec2.create_subnet().vpc_id(&vpc).cidr_block(block);
            let made = call.availability_zone(format!("us-east-1{zone}")).send().await.unwrap();
            subnets.push(made.subnet().unwrap().subnet_id().unwrap().to_owned());
        }
        Self { lab, subnets }
    }

    fn standard(&self) -> Value {
        let brokers = json!({
            "version": "3.8.x",
            "brokers": 2,
            "broker_type": "kafka.t3.small",
            "subnets": self.subnets[..2],
            "storage_gib": 10,
        });
        json!({ "name": "main", "capacity": { "provisioned": brokers } })
    }

    fn express(&self) -> Value {
        let brokers = json!({
            "version": "3.8.x.kraft",
            "brokers": 3,
            "broker_type": "express.m7g.large",
            "subnets": self.subnets,
        });
        json!({ "name": "main", "capacity": { "provisioned": brokers } })
    }

    async fn made(graph: impl FnOnce(&Self) -> Graph) -> (Self, Graph) {
        let ground = Self::new().await;
        let graph = graph(&ground);
        ground.lab.run(&graph).await.succeeded("create");
        (ground, graph)
    }

    async fn arn(&self, graph: &Graph) -> String {
        let world = self.lab.look(graph).await;
        world.get(&address("kafka/cluster/main")).unwrap().id.clone()
    }
}

fn wanted(resources: &[(&str, Value)]) -> Graph {
    graph(resources.iter().map(|(address, spec)| (*address, spec)))
}

fn address(text: &str) -> Address {
    Address::parse(text, aqueduct::kinds::names()).unwrap()
}

fn topic(name: &str, config: Value) -> Value {
    json!({ "cluster": "⟦kafka/cluster/main|id⟧", "name": name, "partitions": 1, "replication": 2, "config": config })
}

fn addresses(plan: &Plan) -> Vec<String> {
    plan.steps.iter().map(|step| step.address.to_string()).collect()
}

fn error_of(run: &Run) -> &str {
    &run.outcome.failed[0].1
}

async fn topics(ground: &Ground, arn: &str) -> Vec<String> {
    let listed = ground.lab.cx.kafka().list_topics().cluster_arn(arn).send().await.unwrap();
    listed.topics().iter().map(|topic| topic.topic_name().unwrap().to_owned()).collect()
}

async fn somebody_makes(ground: &Ground, arn: &str, name: &str, configs: Option<&str>) {
    let call = ground.lab.cx.kafka().create_topic().cluster_arn(arn).topic_name(name);
    let configs = configs.map(|configs| BASE64_STANDARD.encode(configs));
    call.partition_count(1).replication_factor(2).set_configs(configs).send().await.unwrap();
    tokio::time::sleep(MINUTE).await;
}

#[tokio::test(start_paused = true)]
async fn a_cluster_of_somebody_else_stands_in_the_way_before_anything_is_done() {
    let ground = Ground::new().await;
    let volume = StorageInfo::builder().ebs_storage_info(EbsStorageInfo::builder().volume_size(1).build()).build();
    let brokers = BrokerNodeGroupInfo::builder().instance_type("kafka.t3.small").storage_info(volume);
    let brokers = brokers.set_client_subnets(Some(ground.subnets[..2].to_vec())).build();
    let request = ProvisionedRequest::builder().broker_node_group_info(brokers).kafka_version("3.6.0");
    let request = request.number_of_broker_nodes(2).build();
    ground.lab.cx.kafka().create_cluster_v2().cluster_name("main").provisioned(request).send().await.unwrap();
    let graph = wanted(&[("kafka/cluster/main", ground.standard())]);
    let world = ground.lab.look(&graph).await;
    let error = plan(&graph, &world, &graph).unwrap_err().to_string();
    assert!(error.contains("kafka/cluster/main") && error.contains("does not belong to this stack"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_configuration_of_somebody_else_is_not_taken_for_ones_own() {
    let ground = Ground::new().await;
    let call = ground.lab.cx.kafka().create_configuration().name("main").description("[aqueduct another main]");
    call.server_properties(aws_sdk_kafka::primitives::Blob::new("")).send().await.unwrap();
    let graph = wanted(&[("kafka/configuration/main", json!({ "name": "main" }))]);
    let world = ground.lab.look(&graph).await;
    assert!(plan(&graph, &world, &graph).is_err());
    assert!(ground.lab.look(&Graph::default()).await.resources.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_configuration_cannot_go_while_a_cluster_has_it() {
    let ground = Ground::new().await;
    let kafka = ground.lab.cx.kafka();
    let call = kafka.create_configuration().name("main").server_properties(aws_sdk_kafka::primitives::Blob::new(""));
    let configuration = call.send().await.unwrap().arn.unwrap();
    let info = ConfigurationInfo::builder().arn(&configuration).revision(1).build();
    let volume = StorageInfo::builder().ebs_storage_info(EbsStorageInfo::builder().volume_size(1).build()).build();
    let brokers = BrokerNodeGroupInfo::builder().instance_type("kafka.t3.small").storage_info(volume);
    let brokers = brokers.set_client_subnets(Some(ground.subnets[..2].to_vec())).build();
    let request = ProvisionedRequest::builder().broker_node_group_info(brokers).kafka_version("3.6.0");
    let request = request.number_of_broker_nodes(2).configuration_info(info).build();
    let made = kafka.create_cluster_v2().cluster_name("main").provisioned(request).send().await.unwrap();
    let refused = kafka.delete_configuration().arn(&configuration).send().await.unwrap_err().into_service_error();
    assert!(refused.to_string().contains("in use by one or more clusters"), "{refused}");
    tokio::time::sleep(60 * MINUTE).await;
    kafka.delete_cluster().cluster_arn(made.cluster_arn().unwrap()).send().await.unwrap();
    tokio::time::sleep(60 * MINUTE).await;
    kafka.delete_configuration().arn(&configuration).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_configuration_stays_ours_when_somebody_else_makes_a_revision() {
    let (ground, graph) =
        Ground::made(|_| wanted(&[("kafka/configuration/main", json!({ "name": "main", "properties": {} }))])).await;
    let arn = ground.lab.look(&graph).await.get(&address("kafka/configuration/main")).unwrap().id.clone();
    let call = ground.lab.cx.kafka().update_configuration().arn(&arn).description("by hand");
    call.server_properties(aws_sdk_kafka::primitives::Blob::new("num.partitions=7\n")).send().await.unwrap();
    let plan = ground.lab.plan(&graph).await;
    let Action::Update { changes, .. } = &plan.steps[0].action else { panic!("{plan:#?}") };
    let fields: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(fields, ["description", "properties[num.partitions]"]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_makes_no_second_cluster() {
    let ground = Ground::new().await;
    let graph = wanted(&[("kafka/cluster/main", ground.standard())]);
    ground.lab.sandbox.faults().add(At::operation("kafka.CreateClusterV2", 1), Effect::LoseAnswer);
    ground.lab.run(&graph).await.succeeded("create");
    assert!(ground.lab.plan(&graph).await.is_empty());
    assert_eq!(ground.lab.tagged().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_a_change_is_no_failure() {
    let (ground, _) = Ground::made(|ground| wanted(&[("kafka/cluster/main", ground.standard())])).await;
    let mut grown = ground.standard();
    grown["capacity"]["provisioned"]["brokers"] = 4.into();
    grown["capacity"]["provisioned"]["monitoring"] = "per_broker".into();
    let grown = wanted(&[("kafka/cluster/main", grown)]);
    ground.lab.sandbox.faults().add(At::operation("kafka.Update*", 1).times(2), Effect::LoseAnswer);
    ground.lab.run(&grown).await.succeeded("grow");
    assert!(ground.lab.plan(&grown).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn bootstrap_brokers_are_sorted_and_so_stay_the_same() {
    let (ground, graph) = Ground::made(|ground| wanted(&[("kafka/cluster/main", ground.standard())])).await;
    let brokers = async || {
        tokio::time::sleep(MINUTE / 7).await;
        let world = ground.lab.look(&graph).await;
        world.output(&address("kafka/cluster/main"), "bootstrap_brokers_iam").unwrap()
    };
    let first = brokers().await;
    assert!(first.starts_with("b-1.") && first.ends_with(":9098"), "{first}");
    for _ in 0..4 {
        assert_eq!(brokers().await, first);
    }
}

#[tokio::test(start_paused = true)]
async fn bootstrap_brokers_of_a_large_cluster_are_the_same_in_every_call_though_aws_names_others() {
    let (ground, graph) = Ground::made(|ground| {
        let mut cluster = ground.standard();
        cluster["capacity"]["provisioned"]["brokers"] = 6.into();
        wanted(&[("kafka/cluster/main", cluster)])
    })
    .await;
    let arn = ground.arn(&graph).await;
    let (mut named, mut shown) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..8 {
        tokio::time::sleep(MINUTE / 7).await;
        let answer = ground.lab.cx.kafka().get_bootstrap_brokers().cluster_arn(&arn).send().await.unwrap();
        let hosts: BTreeSet<String> =
            answer.bootstrap_broker_string_sasl_iam().unwrap().split(',').map(str::to_owned).collect();
        assert_eq!(hosts.len(), 3);
        named.extend(hosts);
        let world = ground.lab.look(&graph).await;
        shown.insert(world.output(&address("kafka/cluster/main"), "bootstrap_brokers_iam").unwrap());
    }
    assert_eq!(named.len(), 6, "{named:?}");
    let first: Vec<String> = named.into_iter().take(3).collect();
    assert_eq!(shown.into_iter().collect::<Vec<_>>(), [first.join(",")]);
}

#[tokio::test(start_paused = true)]
async fn topics_that_the_manifest_does_not_list_are_left_alone() {
    let (ground, graph) = Ground::made(|ground| {
        wanted(&[("kafka/cluster/main", ground.standard()), ("kafka/topic/ours", topic("ours", json!({})))])
    })
    .await;
    let arn = ground.arn(&graph).await;
    somebody_makes(&ground, &arn, "theirs", None).await;
    assert!(ground.lab.plan(&graph).await.is_empty());
    let without = wanted(&[("kafka/cluster/main", ground.standard())]);
    assert!(ground.lab.plan(&without).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_prunes_loses_unlisted_topics_but_never_those_of_kafka() {
    let (ground, graph) = Ground::made(|ground| {
        wanted(&[("kafka/cluster/main", ground.standard()), ("kafka/topic/ours", topic("ours", json!({})))])
    })
    .await;
    let arn = ground.arn(&graph).await;
    somebody_makes(&ground, &arn, "theirs", None).await;
    let mut cluster = ground.standard();
    cluster["prune_topics"] = true.into();
    let pruning = wanted(&[("kafka/cluster/main", cluster), ("kafka/topic/ours", topic("ours", json!({})))]);
    let plan = ground.lab.plan(&pruning).await;
    assert_eq!(addresses(&plan), ["kafka/topic/theirs"]);
    assert!(plan.steps[0].loses_data);
    ground.lab.run(&pruning).await.succeeded("prune");
    assert_eq!(topics(&ground, &arn).await, ["__amazon_msk_canary", "__consumer_offsets", "ours"]);
}

#[tokio::test(start_paused = true)]
async fn settings_of_a_topic_that_the_manifest_does_not_name_are_no_drift() {
    let (ground, graph) = Ground::made(|ground| {
        let ours = topic("ours", json!({ "retention.ms": "1000" }));
        wanted(&[("kafka/cluster/main", ground.standard()), ("kafka/topic/ours", ours)])
    })
    .await;
    let arn = ground.arn(&graph).await;
    let set = async |text: &str| {
        let call = ground.lab.cx.kafka().update_topic().cluster_arn(&arn).topic_name("ours");
        call.configs(BASE64_STANDARD.encode(text)).send().await.unwrap();
        tokio::time::sleep(MINUTE).await;
    };
    set(r#"{"retention.ms":"1000","segment.ms":"5"}"#).await;
    assert!(ground.lab.plan(&graph).await.is_empty());
    set(r#"{"retention.ms":"2000"}"#).await;
    let plan = ground.lab.plan(&graph).await;
    let Action::Update { changes, .. } = &plan.steps[0].action else { panic!("{plan:#?}") };
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].field.as_str(), &changes[0].from), ("config[retention.ms]", &json!("2000")));
}

#[tokio::test(start_paused = true)]
async fn topics_wait_for_a_cluster_that_is_being_changed() {
    let (ground, graph) = Ground::made(|ground| {
        wanted(&[("kafka/cluster/main", ground.standard()), ("kafka/topic/ours", topic("ours", json!({})))])
    })
    .await;
    let arn = ground.arn(&graph).await;
    let kafka = ground.lab.cx.kafka();
    let cluster = kafka.describe_cluster_v2().cluster_arn(&arn).send().await.unwrap().cluster_info.unwrap();
    let call = kafka.update_broker_count().cluster_arn(&arn).current_version(cluster.current_version().unwrap());
    call.target_number_of_broker_nodes(4).send().await.unwrap();
    let world = ground.lab.look(&graph).await;
    let live = world.get(&address("kafka/topic/ours")).unwrap();
    assert!(matches!(&live.status, Status::Pending(state) if state.contains("UPDATING")), "{:?}", live.status);
    let mut grown = ground.standard();
    grown["capacity"]["provisioned"]["brokers"] = 4.into();
    let grown = wanted(&[("kafka/cluster/main", grown), ("kafka/topic/ours", topic("ours", json!({})))]);
    ground.lab.run(&grown).await.succeeded("wait");
    assert!(ground.lab.plan(&grown).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_plan_of_a_cluster_and_its_topics_takes_few_calls() {
    let (ground, graph) = Ground::made(|ground| {
        let mut resources = vec![("kafka/cluster/main".to_owned(), ground.standard())];
        let names = (0..20).map(|number| format!("topic-{number}"));
        resources.extend(names.map(|name| (format!("kafka/topic/{name}"), topic(&name, json!({})))));
        resources[1].1["config"] = json!({ "retention.ms": "1000" });
        graph(resources.iter().map(|(address, spec)| (address.as_str(), spec)))
    })
    .await;
    ground.lab.sandbox.clear_calls();
    assert!(ground.lab.plan(&graph).await.is_empty());
    let calls = ground.lab.sandbox.calls().into_iter().filter(|call| call.service == "kafka");
    let mut calls: Vec<&str> = calls.map(|call| call.operation).collect();
    calls.sort_unstable();
    let expected = ["DescribeTopic", "GetBootstrapBrokers", "ListClustersV2", "ListConfigurations", "ListTopics"];
    assert_eq!(calls, expected);
}

#[tokio::test(start_paused = true)]
async fn a_topic_is_deleted_once_its_consumers_have_left() {
    let (ground, graph) = Ground::made(|ground| {
        wanted(&[("kafka/cluster/main", ground.standard()), ("kafka/topic/ours", topic("ours", json!({})))])
    })
    .await;
    let text = "The topic has consumer groups that are subscribed to it.";
    let refusal = Effect::Refuse(Fault::new(409, "GroupSubscribedToTopicException", text));
    ground.lab.sandbox.faults().add(At::operation("kafka.DeleteTopic", 1).times(60), refusal);
    let without = wanted(&[("kafka/cluster/main", ground.standard())]);
    ground.lab.run_ordered(&without, &graph).await.succeeded("delete");
}

#[tokio::test(start_paused = true)]
async fn a_change_that_fails_says_why_and_is_asked_for_once() {
    let ground = Ground::new().await;
    let ec2 = ground.lab.cx.ec2();
    let known = ec2.describe_subnets().subnet_ids(&ground.subnets[0]).send().await.unwrap();
    let vpc = known.subnets()[0].vpc_id().unwrap();
    let mut narrow = vec![];
    for (block, zone) in [("10.0.9.0/28", "us-east-1a"), ("10.0.9.16/28", "us-east-1b")] {
        let call = ec2.create_subnet().vpc_id(vpc).cidr_block(block).availability_zone(zone);
        narrow.push(call.send().await.unwrap().subnet().unwrap().subnet_id().unwrap().to_owned());
    }
    let with = |brokers: u32| {
        let mut cluster = ground.standard();
        cluster["capacity"]["provisioned"]["subnets"] = json!(narrow);
        cluster["capacity"]["provisioned"]["brokers"] = brokers.into();
        wanted(&[("kafka/cluster/main", cluster)])
    };
    ground.lab.run(&with(2)).await.succeeded("create");
    for attempt in 1..=2 {
        ground.lab.sandbox.clear_calls();
        let run = ground.lab.run(&with(24)).await;
        let error = error_of(&run);
        assert!(error.contains("AWS took the change back: INCREASE_BROKER_COUNT of 20"), "{attempt}: {error}");
        let reason = format!("Z: InsufficientFreeAddressesInSubnet: The subnet {} has too few", narrow[0]);
        assert!(error.contains(&reason), "{attempt}: {error}");
        let asked = ground.lab.sandbox.calls().iter().filter(|call| call.operation == "UpdateBrokerCount").count();
        assert_eq!(asked, 1, "{attempt}");
    }
    ground.lab.run(&with(4)).await.succeeded("grow less");
    assert!(ground.lab.plan(&with(4)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_change_based_on_an_old_version_is_asked_for_again() {
    let (ground, _) = Ground::made(|ground| wanted(&[("kafka/cluster/main", ground.standard())])).await;
    let mut grown = ground.standard();
    grown["capacity"]["provisioned"]["brokers"] = 4.into();
    let refusal = Fault::new(400, "BadRequestException", "KTVPDKIKX0DER is not the current version of the cluster.");
    ground.lab.sandbox.faults().add(At::operation("kafka.UpdateBrokerCount", 1), Effect::Refuse(refusal));
    ground.lab.run(&wanted(&[("kafka/cluster/main", grown)])).await.succeeded("grow");
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_takes_one_change_at_a_time_and_only_of_the_current_version() {
    let (ground, graph) = Ground::made(|ground| wanted(&[("kafka/cluster/main", ground.standard())])).await;
    let arn = ground.arn(&graph).await;
    let grow = async |version: &str| {
        let call = ground.lab.cx.kafka().update_broker_count().cluster_arn(&arn).current_version(version);
        call.target_number_of_broker_nodes(4).send().await.map_err(Error::from)
    };
    let stale = grow("KAAAAAAAAAAAA").await.unwrap_err();
    assert_eq!(stale.class, Class::Invalid);
    assert!(stale.message.contains("Check the current version and try again"), "{stale}");
    let version = async || {
        let answer = ground.lab.cx.kafka().describe_cluster_v2().cluster_arn(&arn).send().await.unwrap();
        answer.cluster_info.unwrap().current_version.unwrap()
    };
    let before = version().await;
    let started = grow(&before).await.unwrap();
    assert_ne!(version().await, before);
    let busy = grow(&version().await).await.unwrap_err();
    assert!(busy.message.contains("UPDATING"), "{busy}");
    let operation = started.cluster_operation_arn.unwrap();
    let state = async || {
        let call = ground.lab.cx.kafka().describe_cluster_operation_v2().cluster_operation_arn(&operation);
        call.send().await.unwrap().cluster_operation_info.unwrap().operation_state.unwrap()
    };
    assert_eq!(state().await, "PENDING");
    tokio::time::sleep(MINUTE).await;
    assert_eq!(state().await, "UPDATE_IN_PROGRESS");
    tokio::time::sleep(10 * MINUTE).await;
    assert_eq!(state().await, "UPDATE_COMPLETE");
    let nodes = ground.lab.cx.kafka().list_nodes().cluster_arn(&arn).send().await.unwrap();
    assert_eq!(nodes.node_info_list().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_gives_topics_on_express_brokers_three_copies() {
    let (ground, graph) = Ground::made(|ground| wanted(&[("kafka/cluster/main", ground.express())])).await;
    let arn = ground.arn(&graph).await;
    somebody_makes(&ground, &arn, "events", None).await;
    let topic = ground.lab.cx.kafka().describe_topic().cluster_arn(&arn).topic_name("events").send().await.unwrap();
    assert_eq!(topic.replication_factor(), Some(3));
    let call = ground.lab.cx.kafka().create_topic().cluster_arn(&arn).topic_name("others").partition_count(1);
    let configs = BASE64_STANDARD.encode(r#"{"min.insync.replicas":"1"}"#);
    let refused = call.replication_factor(3).configs(configs).send().await.map_err(Error::from).unwrap_err();
    assert_eq!(refused.code, "KafkaRequestException");
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_shows_topics_as_they_were_up_to_a_minute_ago() {
    let (ground, graph) = Ground::made(|ground| wanted(&[("kafka/cluster/main", ground.standard())])).await;
    let arn = ground.arn(&graph).await;
    let into_the_minute = ground.lab.sandbox.now() % 60_000;
    tokio::time::sleep(MINUTE - Duration::from_millis(into_the_minute) + Duration::from_secs(1)).await;
    let call = ground.lab.cx.kafka().create_topic().cluster_arn(&arn).topic_name("events");
    call.partition_count(1).replication_factor(1).send().await.unwrap();
    tokio::time::sleep(Duration::from_secs(50)).await;
    assert!(!topics(&ground, &arn).await.contains(&"events".to_owned()));
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(topics(&ground, &arn).await.contains(&"events".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_keeps_the_brokers_interfaces_two_minutes_longer_than_the_cluster() {
    let (ground, graph) = Ground::made(|ground| wanted(&[("kafka/cluster/main", ground.standard())])).await;
    let remove = async || {
        let call = ground.lab.cx.ec2().delete_subnet().subnet_id(&ground.subnets[0]);
        call.send().await.map(drop).map_err(Error::from)
    };
    assert_eq!(remove().await.unwrap_err().class, Class::Dependency);
    ground.lab.run_ordered(&Graph::default(), &graph).await.succeeded("destroy");
    assert_eq!(remove().await.unwrap_err().class, Class::Dependency);
    tokio::time::sleep(2 * MINUTE).await;
    remove().await.unwrap();
}
