//! References: holes in texts, which are filled once their targets are live.

use aqueduct::kinds::kafka::cluster::{BootstrapBrokersIam, Cluster};
use aqueduct::kinds::s3::bucket::Bucket;
use aqueduct::resource::{Arn, Hole, Ref, holes, resolve};
use proptest::prelude::*;
use serde_json::{Value, json};

fn known(address: &str, attribute: &str) -> Option<String> {
    (!address.ends_with("unknown")).then(|| format!("<{attribute} of {address}>"))
}

#[test]
fn a_reference_is_a_hole() {
    assert_eq!(Ref::<Bucket>::to("data").to_string(), "⟦s3/bucket/data|id⟧");
    assert_eq!(Ref::<Bucket, Arn>::to("data").to_string(), "⟦s3/bucket/data|arn⟧");
    let brokers = Ref::<Cluster, BootstrapBrokersIam>::to("main");
    assert_eq!(brokers.to_string(), "⟦kafka/cluster/main|bootstrap_brokers_iam⟧");
    assert!(!brokers.is_known());
}

#[test]
fn what_exists_is_its_value() {
    let subnet = Ref::<Bucket>::existing("data-1");
    assert!(subnet.is_known());
    assert_eq!(subnet.value(), "data-1");
    assert_eq!(serde_json::to_value(&subnet).unwrap(), json!("data-1"));
    assert_eq!(serde_json::from_value::<Ref<Bucket>>(json!("data-1")).unwrap(), subnet);
}

#[test]
fn every_hole_of_a_text_is_found() {
    let text = format!("s3://{}/{}/x", Ref::<Bucket>::to("a"), Ref::<Bucket, Arn>::to("b/c|d"));
    let expected =
        [Hole { address: "s3/bucket/a", attribute: "id" }, Hole { address: "s3/bucket/b/c|d", attribute: "arn" }];
    assert_eq!(holes(&text).collect::<Vec<_>>(), expected);
}

#[test]
fn brackets_without_a_hole_are_text() {
    for text in ["", "plain", "⟦", "⟧", "⟦⟧", "⟦no bar⟧", "⟧⟦", "⟦s3/bucket/a|id"] {
        assert_eq!(holes(text).count(), 0, "{text}");
        assert_eq!(resolve(&json!(text), &known), json!(text));
    }
}

#[test]
fn holes_are_filled_wherever_they_are() {
    let spec = json!({
        "whole": "⟦s3/bucket/a|arn⟧",
        "inside": "arn:⟦s3/bucket/a|arn⟧/x/⟦s3/bucket/b|id⟧!",
        "list": [["⟦s3/bucket/a|id⟧"], 1, null, true],
        "⟦s3/bucket/a|id⟧": "keys stay",
    });
    let filled = json!({
        "whole": "<arn of s3/bucket/a>",
        "inside": "arn:<arn of s3/bucket/a>/x/<id of s3/bucket/b>!",
        "list": [["<id of s3/bucket/a>"], 1, null, true],
        "⟦s3/bucket/a|id⟧": "keys stay",
    });
    assert_eq!(resolve(&spec, &known), filled);
}

#[test]
fn a_hole_whose_value_nobody_knows_stays() {
    let spec = json!("⟦s3/bucket/a|id⟧ and ⟦s3/bucket/unknown|id⟧");
    assert_eq!(resolve(&spec, &known), json!("<id of s3/bucket/a> and ⟦s3/bucket/unknown|id⟧"));
}

proptest! {
    #[test]
    fn without_a_known_target_every_text_stays_as_it_is(text in "[a⟦⟧|/ü ]{0,20}") {
        prop_assert_eq!(resolve(&json!(text), &|_, _| None), json!(text));
    }

    #[test]
    fn what_is_filled_in_is_not_looked_at_again(text in "[a⟦⟧|/ü ]{0,20}") {
        let filled = resolve(&json!("⟦s3/bucket/a|id⟧"), &|_, _| Some(text.clone()));
        prop_assert_eq!(filled, Value::from(text));
    }
}
