//! What endpoints, security groups, instances and load balancing do beyond what every kind does.

use crate::support::{Lab, graph};
use aqueduct::plan::{Action, Why};
use aqueduct::resource::Status;
use aqueduct::world::Graph;
use aqueduct_sandbox::clock::Timed;
use aqueduct_sandbox::ec2::Power;
use aqueduct_sandbox::ec2::interfaces::Interface;
use aws_sdk_ec2::error::ProvideErrorMetadata;
use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::{IpPermission, IpRange, UserIdGroupPair};
use serde_json::{Value, json};
use std::time::Duration;

fn all(resources: &Value) -> Graph {
    let resources = resources.as_object().unwrap();
    graph(resources.iter().map(|(address, spec)| (address.as_str(), spec)))
}

/// A VPC with a subnet and a security group, and `more`.
fn place(more: &Value) -> Graph {
    let mut resources = json!({
        "ec2/vpc/main": { "cidr": "10.0.0.0/16" },
        "ec2/subnet/main": { "vpc": "⟦ec2/vpc/main|id⟧", "cidr": "10.0.1.0/24" },
        "ec2/security-group/main": { "name": "main", "description": "Main", "vpc": "⟦ec2/vpc/main|id⟧" },
    });
    resources.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all(&resources)
}

fn instance(more: Value) -> Value {
    let mut spec = json!({
        "image": "ami-0123456789abcdef0",
        "instance_type": "t3.micro",
        "subnet": "⟦ec2/subnet/main|id⟧",
        "security_groups": ["⟦ec2/security-group/main|id⟧"],
    });
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    spec
}

async fn id(lab: &Lab, graph: &Graph, address: &str) -> String {
    let world = lab.look(graph).await;
    let (_, live) = world.resources.iter().find(|(known, _)| known.to_string() == address).unwrap();
    live.id.clone()
}

fn from_group(group: &str) -> IpPermission {
    let pair = UserIdGroupPair::builder().group_id(group).build();
    IpPermission::builder().ip_protocol("-1").user_id_group_pairs(pair).build()
}

fn two_groups() -> Value {
    json!({ "ec2/security-group/other": { "name": "other", "description": "Other", "vpc": "⟦ec2/vpc/main|id⟧" } })
}

#[tokio::test(start_paused = true)]
async fn groups_that_came_to_name_each_other_are_deleted() {
    let (lab, graph) = (Lab::new().await, place(&two_groups()));
    lab.run(&graph).await.succeeded("create");
    let one = id(&lab, &graph, "ec2/security-group/main").await;
    let two = id(&lab, &graph, "ec2/security-group/other").await;
    for (on, from) in [(&one, &two), (&two, &one)] {
        let call = lab.cx.ec2().authorize_security_group_ingress().group_id(on).ip_permissions(from_group(from));
        call.send().await.unwrap();
    }
    lab.run_ordered(&Graph::default(), &graph).await.succeeded("destroy");
    assert!(lab.tagged().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_rule_of_another_owner_is_left_alone_though_it_is_in_the_way() {
    let (lab, graph) = (Lab::new().await, place(&two_groups()));
    lab.run(&graph).await.succeeded("create");
    let (vpc, one) = (id(&lab, &graph, "ec2/vpc/main").await, id(&lab, &graph, "ec2/security-group/main").await);
    let ec2 = lab.cx.ec2();
    let foreign = ec2.create_security_group().group_name("foreign").description("x").vpc_id(vpc).send().await.unwrap();
    let foreign = foreign.group_id.unwrap();
    let call = ec2.authorize_security_group_ingress().group_id(&foreign).ip_permissions(from_group(&one));
    call.send().await.unwrap();
    let run = lab.run_ordered(&Graph::default(), &graph).await;
    let failed: Vec<String> = run.outcome.failed.iter().map(|(address, _)| address.to_string()).collect();
    assert_eq!(failed, ["ec2/security-group/main"]);
    let found = ec2.describe_security_groups().group_ids(foreign).send().await.unwrap();
    assert_eq!(found.security_groups()[0].ip_permissions().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_somebody_added_is_drift_and_is_revoked() {
    let (lab, graph) = (Lab::new().await, place(&json!({})));
    lab.run(&graph).await.succeeded("create");
    let group = id(&lab, &graph, "ec2/security-group/main").await;
    let everybody = IpRange::builder().cidr_ip("0.0.0.0/0").build();
    let rule = IpPermission::builder().ip_protocol("tcp").from_port(22).to_port(22).ip_ranges(everybody).build();
    let call = lab.cx.ec2().authorize_security_group_ingress().group_id(&group).ip_permissions(rule);
    call.send().await.unwrap();
    let plan = lab.plan(&graph).await;
    let [step] = &plan.steps[..] else { panic!("one step: {plan:#?}") };
    let Action::Update { changes, .. } = &step.action else { panic!("no update: {plan:#?}") };
    assert_eq!(changes[0].field, "ingress");
    lab.run(&graph).await.succeeded("heal");
    assert!(lab.plan(&graph).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_somebody_terminated_is_made_again_at_once() {
    let (lab, graph) = (Lab::new().await, place(&json!({ "ec2/instance/main": instance(json!({})) })));
    lab.run(&graph).await.succeeded("create");
    for round in 0..3 {
        let before = id(&lab, &graph, "ec2/instance/main").await;
        lab.cx.ec2().terminate_instances().instance_ids(&before).send().await.unwrap();
        // Its client token brings back the dead; the run must not wait for it to come alive.
        let start = tokio::time::Instant::now();
        lab.run(&graph).await.succeeded("create again");
        assert!(start.elapsed() < Duration::from_secs(60), "round {round} took {:?}", start.elapsed());
        assert_ne!(id(&lab, &graph, "ec2/instance/main").await, before);
        assert!(lab.plan(&graph).await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_dies_at_launch_is_not_launched_over_and_over() {
    let lab = Lab::new().await;
    let graph = place(&json!({ "ec2/instance/main": instance(json!({})) }));
    let killer = lab.sandbox.clone();
    let dying = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            killer.with_account(|account| {
                for instance in account.ec2.instances.values_mut() {
                    instance.power = Timed::new(account.now, Power::Terminated);
                    let message = "Client error on launch".to_owned();
                    instance.reason = Some(("Client.InternalError".to_owned(), message));
                }
            });
        }
    });
    let run = lab.run(&graph).await;
    dying.abort();
    let [(_, error)] = run.outcome.failed.as_slice() else { panic!("{:?}", run.outcome.failed) };
    assert!(error.contains("Client error on launch (Client.InternalError)"), "{error}");
    assert_eq!(lab.sandbox.calls().iter().filter(|call| call.operation == "RunInstances").count(), 1);
    lab.run(&graph).await.succeeded("the next run");
    assert!(lab.plan(&graph).await.is_empty());
}

/// An interface in the subnet and group of `place`.
async fn interface(lab: &Lab, graph: &Graph, requester: Option<&str>, owner: &str) {
    let subnet = id(lab, graph, "ec2/subnet/main").await;
    let groups = vec![id(lab, graph, "ec2/security-group/main").await];
    let (requester, owner) = (requester.map(str::to_owned), owner.to_owned());
    let (id, description) = ("eni-0123456789abcdef0".to_owned(), "Somebody's".to_owned());
    let one = Interface { id: id.clone(), subnet, groups, requester, owner, description, ..Interface::default() };
    lab.sandbox.with_account(|account| account.ec2.interfaces.insert(id, one));
}

#[tokio::test(start_paused = true)]
async fn an_interface_that_a_service_left_behind_is_cleared_away() {
    let (lab, graph) = (Lab::new().await, place(&json!({})));
    lab.run(&graph).await.succeeded("create");
    interface(&lab, &graph, Some("amazon-mwaa"), "").await;
    lab.run_ordered(&Graph::default(), &graph).await.succeeded("destroy");
    lab.sandbox.with_account(|account| assert!(account.ec2.interfaces.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn an_interface_of_somebody_else_is_named_and_stays() {
    for (requester, owner) in [(None, ""), (None, "i-0123456789abcdef0"), (Some("lambda"), "a function")] {
        let (lab, graph) = (Lab::new().await, place(&json!({})));
        lab.run(&graph).await.succeeded("create");
        interface(&lab, &graph, requester, owner).await;
        let run = lab.run_ordered(&Graph::default(), &graph).await;
        let told = |(_, error): &(_, String)| error.contains("eni-0123456789abcdef0 (");
        assert!(run.outcome.failed.len() == 2 && run.outcome.failed.iter().all(told), "{:?}", run.outcome.failed);
        lab.sandbox.with_account(|account| assert_eq!(account.ec2.interfaces.len(), 1));
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_somebody_deleted_is_made_again_at_once() {
    let endpoint = json!({
        "vpc": "⟦ec2/vpc/main|id⟧", "service": "com.amazonaws.us-east-1.s3", "type": "gateway",
    });
    let (lab, graph) = (Lab::new().await, place(&json!({ "ec2/vpc-endpoint/main": endpoint })));
    lab.run(&graph).await.succeeded("create");
    for _ in 0..3 {
        let before = id(&lab, &graph, "ec2/vpc-endpoint/main").await;
        lab.cx.ec2().delete_vpc_endpoints().vpc_endpoint_ids(&before).send().await.unwrap();
        let start = tokio::time::Instant::now();
        lab.run(&graph).await.succeeded("create again");
        assert!(start.elapsed() < Duration::from_secs(60), "it took {:?}", start.elapsed());
        assert_ne!(id(&lab, &graph, "ec2/vpc-endpoint/main").await, before);
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_somebody_stopped_is_started_again() {
    let (lab, graph) = (Lab::new().await, place(&json!({ "ec2/instance/main": instance(json!({})) })));
    lab.run(&graph).await.succeeded("create");
    let before = id(&lab, &graph, "ec2/instance/main").await;
    lab.cx.ec2().stop_instances().instance_ids(&before).send().await.unwrap();
    let plan = lab.plan(&graph).await;
    let Action::Update { changes, .. } = &plan.steps[0].action else { panic!("no update: {plan:#?}") };
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].field.as_str(), &changes[0].from), ("running", &json!(false)));
    lab.run(&graph).await.succeeded("heal");
    assert!(lab.plan(&graph).await.is_empty());
    assert_eq!(id(&lab, &graph, "ec2/instance/main").await, before);
}

#[tokio::test(start_paused = true)]
async fn deleting_what_is_protected_counts_as_losing_data() {
    let protected = json!({
        "ec2/instance/kept": instance(json!({ "termination_protection": true })),
        "ec2/instance/other": instance(json!({})),
        "elb/load-balancer/kept": {
            "name": "kept", "internal": true, "subnets": ["⟦ec2/subnet/main|id⟧"], "deletion_protection": true,
        },
    });
    let (lab, graph) = (Lab::new().await, place(&protected));
    lab.run(&graph).await.succeeded("create");
    let plan = aqueduct::plan::plan(&Graph::default(), &lab.look(&graph).await, &graph).unwrap();
    let losing: Vec<String> = plan.losing_data().map(|step| step.address.to_string()).collect();
    assert_eq!(losing.len(), 2, "{losing:?}");
    assert!(losing.iter().all(|address| address.ends_with("/kept")), "{losing:?}");
}

#[tokio::test(start_paused = true)]
async fn a_new_instance_serves_before_the_old_one_goes() {
    let with = |image: &str| {
        place(&json!({
            "ec2/instance/main": instance(json!({ "image": image })),
            "elb/target-group/main": {
                "name": "main", "port": 80, "vpc": "⟦ec2/vpc/main|id⟧", "targets": ["⟦ec2/instance/main|id⟧"],
            },
        }))
    };
    let (before, after) = (with("ami-0123456789abcdef0"), with("ami-0fedcba9876543210"));
    let lab = Lab::new().await;
    lab.run(&before).await.succeeded("create");
    let plan = lab.plan(&after).await;
    let steps: Vec<String> = plan
        .steps
        .iter()
        .map(|step| {
            let what = match &step.action {
                Action::Create { .. } => "create",
                Action::Update { .. } => "update",
                Action::Delete { why: Why::Fixed(_), .. } => "delete",
                other => panic!("{other:?}"),
            };
            format!("{what} {}", step.address)
        })
        .collect();
    assert_eq!(steps, ["create ec2/instance/main", "update elb/target-group/main", "delete ec2/instance/main"]);
    lab.run(&after).await.succeeded("replace");
    assert!(lab.plan(&after).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_instance_with_a_key_pair_is_as_wanted() {
    let lab = Lab::new().await;
    let key = Blob::new("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== somebody");
    lab.cx.ec2().import_key_pair().key_name("mine").public_key_material(key).send().await.unwrap();
    let graph = place(&json!({ "ec2/instance/main": instance(json!({ "key_pair": "mine" })) }));
    lab.run(&graph).await.succeeded("create");
    assert!(lab.plan(&graph).await.is_empty());
    let without = place(&json!({ "ec2/instance/main": instance(json!({})) }));
    let plan = lab.plan(&without).await;
    let replaces = |action: &Action| matches!(action, Action::Create { replaces: Some(Why::Fixed(_)), .. });
    assert!(plan.steps.iter().any(|step| replaces(&step.action)), "{plan:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_load_balancer_goes_after_the_link_to_it() {
    let link = json!({
        "elb/load-balancer/main": { "name": "main", "internal": true, "subnets": ["⟦ec2/subnet/main|id⟧"] },
        "apigateway/vpc-link/main": { "name": "main", "target": "⟦elb/load-balancer/main|arn⟧" },
    });
    let (lab, graph) = (Lab::new().await, place(&link));
    lab.run(&graph).await.succeeded("create");
    let arn = lab.cx.elb().describe_load_balancers().send().await.unwrap().load_balancers.unwrap().remove(0);
    let refused = lab.cx.elb().delete_load_balancer().load_balancer_arn(arn.load_balancer_arn.unwrap()).send().await;
    assert_eq!(refused.unwrap_err().code(), Some("ResourceInUse"));
    lab.run_ordered(&Graph::default(), &graph).await.succeeded("destroy");
    assert!(lab.tagged().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_instance_needs_an_image() {
    let graph = place(&json!({ "ec2/instance/main": instance(json!({ "image": null })) }));
    let run = Lab::new().await.run(&graph).await;
    let (_, error) = &run.outcome.failed[0];
    assert!(error.contains("an instance needs either `image` or `image_parameter`"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_volume_that_an_image_boots_from_is_the_one_that_is_set_up() {
    let image = json!({ "image": "ami-02204000000000001", "root_volume": { "size": 20, "encrypted": true } });
    let (lab, graph) = (Lab::new().await, place(&json!({ "ec2/instance/main": instance(image) })));
    lab.run(&graph).await.succeeded("create");
    assert!(lab.plan(&graph).await.is_empty());
    let volumes: Vec<_> = lab.sandbox.with_account(|account| account.ec2.volumes.values().cloned().collect());
    assert_eq!(volumes.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_a_parameter_does_not_tell_the_root_device_the_manifest_must() {
    let parameter = "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id";
    let volume = |device: Value| json!({ "size": 20, "device": device });
    let of = |volume: Value| json!({ "image": null, "image_parameter": parameter, "root_volume": volume });
    let silent = place(&json!({ "ec2/instance/main": instance(of(volume(Value::Null))) }));
    let lab = Lab::new().await;
    let run = lab.run(&silent).await;
    assert!(run.outcome.failed[0].1.contains("say it in `root_volume.device`, such as /dev/sda1"));
    let said = place(&json!({ "ec2/instance/main": instance(of(volume("/dev/sda1".into()))) }));
    lab.run(&said).await.succeeded("create");
    assert!(lab.plan(&said).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_instance_on_its_way_is_waited_for() {
    let (lab, graph) = (Lab::new().await, place(&json!({ "ec2/instance/main": instance(json!({})) })));
    lab.run(&graph).await.succeeded("create");
    let instance = id(&lab, &graph, "ec2/instance/main").await;
    let ec2 = lab.cx.ec2();
    ec2.stop_instances().instance_ids(&instance).send().await.unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
    ec2.start_instances().instance_ids(&instance).send().await.unwrap();
    let world = lab.look(&graph).await;
    let (_, live) = world.resources.iter().find(|(address, _)| address.kind == "ec2/instance").unwrap();
    assert_eq!(live.status, Status::Pending("pending".into()));
    lab.run(&graph).await.succeeded("wait");
    assert!(lab.plan(&graph).await.is_empty());
}
