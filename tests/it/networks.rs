//! Networks as a whole: what the kinds do together.

use crate::support::{Lab, graph};
use aqueduct::resource::Address;
use aqueduct::world::Graph;
use aqueduct_sandbox::faults::{At, Effect};
use serde_json::{Value, json};

/// A private subnet with its way out.
fn network() -> Vec<(&'static str, Value)> {
    vec![
        ("ec2/vpc/main", json!({ "cidr": "10.0.0.0/16", "secondary_cidrs": ["10.1.0.0/16"], "ipv6": true })),
        ("ec2/internet-gateway/main", json!({ "vpc": "⟦ec2/vpc/main|id⟧" })),
        ("ec2/subnet/public", json!({ "vpc": "⟦ec2/vpc/main|id⟧", "cidr": "10.0.0.0/24", "ipv6": 0 })),
        ("ec2/subnet/private", json!({ "vpc": "⟦ec2/vpc/main|id⟧", "cidr": "10.0.1.0/24" })),
        ("ec2/elastic-ip/main", json!({})),
        (
            "ec2/nat-gateway/main",
            json!({
                "subnet": "⟦ec2/subnet/public|id⟧",
                "elastic_ip": "⟦ec2/elastic-ip/main|id⟧",
                "needs": ["⟦ec2/internet-gateway/main|id⟧"],
            }),
        ),
        (
            "ec2/route-table/public",
            json!({
                "vpc": "⟦ec2/vpc/main|id⟧",
                "routes": { "0.0.0.0/0": { "internet_gateway": "⟦ec2/internet-gateway/main|id⟧" } },
                "subnets": ["⟦ec2/subnet/public|id⟧"],
            }),
        ),
        (
            "ec2/route-table/private",
            json!({
                "vpc": "⟦ec2/vpc/main|id⟧",
                "routes": { "0.0.0.0/0": { "nat_gateway": "⟦ec2/nat-gateway/main|id⟧" } },
                "subnets": ["⟦ec2/subnet/private|id⟧"],
            }),
        ),
    ]
}

fn with(changes: &[(&'static str, Value)]) -> Graph {
    let mut all = network();
    for (address, spec) in changes {
        match all.iter_mut().find(|(there, _)| there == address) {
            Some((_, there)) => *there = spec.clone(),
            None => all.push((address, spec.clone())),
        }
    }
    of(&all)
}

fn of(all: &[(&'static str, Value)]) -> Graph {
    graph(all.iter().map(|(address, spec)| (*address, spec)))
}

fn live<'a>(world: &'a aqueduct::world::World, kind: &'static str, name: &str) -> &'a Value {
    &world.get(&Address::new(kind, name)).unwrap().spec
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_no_loss() {
    let wanted = of(&network());
    let count = {
        let lab = Lab::new().await;
        lab.run(&wanted).await.succeeded("build");
        lab.tagged().len()
    };
    for call in 1.. {
        let lab = Lab::new().await;
        lab.sandbox.faults().add(At::write(call), Effect::LoseAnswer);
        lab.run(&wanted).await.succeeded(&format!("build without the answer to change {call}"));
        assert_eq!(lab.tagged().len(), count, "answer {call}: {:?}", lab.tagged());
        let plan = lab.plan(&wanted).await;
        assert!(plan.is_empty(), "answer {call}: {plan:#?}");
        if lab.sandbox.calls().iter().filter(|call| call.mutating).count() < call as usize {
            break;
        }
    }
}

/// Builds the network while the blocks `failing` cannot be added, then without that.
async fn taken_back(failing: &str, address: &str) -> String {
    let (lab, wanted) = (Lab::new().await, of(&network()));
    let reason = "The block is announced from elsewhere.".to_owned();
    let base: Vec<_> = network().into_iter().filter(|(address, _)| address.starts_with("ec2/vpc")).collect();
    if address.starts_with("ec2/subnet") {
        lab.run(&of(&base)).await.succeeded("build the VPC");
    }
    lab.sandbox.with_account(|account| account.ec2.failing_blocks.insert(failing.to_owned(), reason));
    let run = lab.run(&wanted).await;
    let error = run.outcome.failed.iter().find(|(failed, _)| failed.to_string() == address);
    let error = error.unwrap_or_else(|| panic!("{:?}", run.outcome.failed)).1.clone();
    let vpcs = lab.tagged().into_iter().filter(|arn| arn.contains(":vpc/")).collect::<Vec<_>>();
    lab.sandbox.with_account(|account| account.ec2.failing_blocks.clear());
    lab.run(&wanted).await.succeeded("build again");
    assert!(lab.plan(&wanted).await.is_empty());
    let kept = lab.tagged().into_iter().filter(|arn| arn.contains(":vpc/")).collect::<Vec<_>>();
    assert_eq!(vpcs, kept, "the VPC was replaced");
    error
}

#[tokio::test(start_paused = true)]
async fn a_block_that_cannot_be_added_is_told_in_awss_words_and_tried_again_by_the_next_run() {
    let error = taken_back("10.1.0.0/16", "ec2/vpc/main").await;
    assert!(error.contains("AWS took the change back: the block 10.1.0.0/16 (vpc-cidr-assoc-"), "{error}");
    assert!(error.contains("failed: The block is announced from elsewhere."), "{error}");
    let error = taken_back("", "ec2/subnet/public").await;
    assert!(error.contains("AWS took the change back: the block 2001:db8:"), "{error}");
    assert!(error.contains("(subnet-cidr-assoc-") && error.contains("announced from elsewhere."), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_address_that_a_nat_gateway_cannot_get_is_told_in_awss_words_and_tried_again_by_the_next_run() {
    let (lab, before) = (Lab::new().await, of(&network()));
    lab.run(&before).await.succeeded("build");
    let nat = json!({
        "subnet": "⟦ec2/subnet/public|id⟧",
        "elastic_ip": "⟦ec2/elastic-ip/main|id⟧",
        "secondary_elastic_ips": ["⟦ec2/elastic-ip/more|id⟧"],
        "needs": ["⟦ec2/internet-gateway/main|id⟧"],
    });
    let wanted = with(&[("ec2/elastic-ip/more", json!({})), ("ec2/nat-gateway/main", nat)]);
    let reason = "The address is announced from elsewhere.".to_owned();
    lab.sandbox.with_account(|account| account.ec2.failing_blocks.insert(String::new(), reason));
    let run = lab.run(&wanted).await;
    let error = run.outcome.failed.first().map(|(_, error)| error.clone()).unwrap_or_default();
    assert!(error.contains("AWS took the change back: the address eipalloc-"), "{error}");
    assert!(error.contains("failed: The address is announced from elsewhere."), "{error}");
    lab.sandbox.with_account(|account| account.ec2.failing_blocks.clear());
    lab.run(&wanted).await.succeeded("add it again");
    assert!(lab.plan(&wanted).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn looking_at_a_network_takes_few_calls() {
    let (lab, wanted) = (Lab::new().await, of(&network()));
    lab.run(&wanted).await.succeeded("build");
    let before = lab.cx.calls();
    assert!(lab.plan(&wanted).await.is_empty());
    let calls = lab.sandbox.calls();
    let calls: Vec<_> = calls.iter().rev().take((lab.cx.calls() - before) as usize).collect();
    let network: Vec<_> = calls.iter().filter(|call| call.service == "ec2").map(|call| call.operation).collect();
    let attributes = network.iter().filter(|name| **name == "DescribeVpcAttribute").count();
    assert_eq!(attributes, 3, "one per attribute of the one VPC");
    for operation in ["DescribeVpcs", "DescribeSubnets", "DescribeRouteTables", "DescribeNatGateways"] {
        assert_eq!(network.iter().filter(|name| **name == operation).count(), 1, "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_subnet_moves_from_one_table_to_another() {
    let lab = Lab::new().await;
    lab.run(&of(&network())).await.succeeded("build");
    let table = |target: Value, subnets: Value| json!({ "vpc": "⟦ec2/vpc/main|id⟧", "routes": { "0.0.0.0/0": target }, "subnets": subnets });
    let (out, nat) = ("⟦ec2/internet-gateway/main|id⟧", "⟦ec2/nat-gateway/main|id⟧");
    let both = json!(["⟦ec2/subnet/public|id⟧", "⟦ec2/subnet/private|id⟧"]);
    let moved = with(&[
        ("ec2/route-table/public", table(json!({ "internet_gateway": out }), both)),
        ("ec2/route-table/private", table(json!({ "nat_gateway": nat }), json!([]))),
    ]);
    lab.run(&moved).await.succeeded("move one");
    assert!(lab.plan(&moved).await.is_empty());
    let swapped = with(&[
        ("ec2/route-table/public", table(json!({ "internet_gateway": out }), json!(["⟦ec2/subnet/private|id⟧"]))),
        ("ec2/route-table/private", table(json!({ "nat_gateway": nat }), json!(["⟦ec2/subnet/public|id⟧"]))),
    ]);
    lab.run(&of(&network())).await.succeeded("move it back");
    lab.run(&swapped).await.succeeded("let two change places");
    assert!(lab.plan(&swapped).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_nat_gateway_that_failed_is_made_again() {
    let lab = Lab::new().await;
    let mut lonely = network();
    lonely
        .retain(|(address, _)| !address.starts_with("ec2/internet-gateway") && !address.starts_with("ec2/route-table"));
    let nat = json!({ "subnet": "⟦ec2/subnet/public|id⟧", "elastic_ip": "⟦ec2/elastic-ip/main|id⟧" });
    for (address, spec) in &mut lonely {
        if *address == "ec2/nat-gateway/main" {
            *spec = nat.clone();
        }
    }
    let run = lab.run(&of(&lonely)).await;
    let (address, error) = run.outcome.failed.first().unwrap();
    assert_eq!(address.to_string(), "ec2/nat-gateway/main");
    assert!(error.to_string().contains("has no Internet gateway attached (Gateway.NotAttached)"), "{error}");
    // The same spec, so the same client token, which brings back the one that failed.
    let wanted = with(&[("ec2/nat-gateway/main", nat)]);
    lab.run(&wanted).await;
    lab.run(&wanted).await.succeeded("build again");
    assert!(lab.plan(&wanted).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_changed_subnet_takes_everything_in_it_along() {
    let lab = Lab::new().await;
    lab.run(&of(&network())).await.succeeded("build");
    let count = lab.tagged().len();
    let wider = with(&[("ec2/subnet/public", json!({ "vpc": "⟦ec2/vpc/main|id⟧", "cidr": "10.0.0.0/25", "ipv6": 0 }))]);
    lab.run(&wider).await.succeeded("replace");
    assert!(lab.plan(&wider).await.is_empty());
    assert_eq!(lab.tagged().len(), count);
    lab.run_ordered(&Graph::default(), &wider).await.succeeded("tear down");
    assert!(lab.tagged().is_empty(), "{:?}", lab.tagged());
}

#[tokio::test(start_paused = true)]
async fn a_route_leads_through_an_instance_and_those_of_endpoints_are_left_alone() {
    let lab = Lab::new().await;
    let through = json!({
        "vpc": "⟦ec2/vpc/main|id⟧",
        "routes": {
            "0.0.0.0/0": { "nat_gateway": "⟦ec2/nat-gateway/main|id⟧" },
            "172.16.0.0/12": { "instance": "⟦ec2/instance/router|id⟧" },
        },
        "subnets": ["⟦ec2/subnet/private|id⟧"],
    });
    let router = json!({
        "image_parameter": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        "instance_type": "t3.micro",
        "subnet": "⟦ec2/subnet/private|id⟧",
        "security_groups": ["⟦ec2/security-group/router|id⟧"],
        "source_dest_check": false,
    });
    let group = json!({ "name": "router", "description": "Routes", "vpc": "⟦ec2/vpc/main|id⟧" });
    let endpoint = json!({
        "vpc": "⟦ec2/vpc/main|id⟧",
        "service": "com.amazonaws.us-east-1.s3",
        "type": "gateway",
        "route_tables": ["⟦ec2/route-table/private|id⟧"],
    });
    let wanted = with(&[
        ("ec2/route-table/private", through),
        ("ec2/instance/router", router),
        ("ec2/security-group/router", group),
        ("ec2/vpc-endpoint/s3", endpoint),
    ]);
    lab.run(&wanted).await.succeeded("build");
    assert!(lab.plan(&wanted).await.is_empty());
    let world = lab.look(&wanted).await;
    let routes = live(&world, "ec2/route-table", "private")["routes"].as_object().unwrap();
    assert_eq!(routes.keys().collect::<Vec<_>>(), ["0.0.0.0/0", "172.16.0.0/12"]);
    lab.run_ordered(&Graph::default(), &wanted).await.succeeded("tear down");
    assert!(lab.tagged().is_empty(), "{:?}", lab.tagged());
}
