//! Policies that mean the same are equal.

use aqueduct::resource::Policy;
use proptest::prelude::*;
use serde_json::{Value, json};

fn same(one: Value, other: Value) {
    assert_eq!(Policy::new(one).to_json(), Policy::new(other).to_json());
}

fn statement(fields: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [fields] })
}

#[test]
fn one_of_something_is_a_list_of_one() {
    same(
        statement(json!({ "Action": "s3:Get*", "Resource": "*" })),
        statement(json!({ "Action": ["s3:Get*"], "Resource": ["*"] })),
    );
    same(json!({ "Statement": { "Effect": "Deny" } }), json!({ "Statement": [{ "Effect": "Deny" }] }));
}

#[test]
fn the_order_and_number_of_actions_resources_and_condition_values_mean_nothing() {
    for key in ["Action", "NotAction", "Resource", "NotResource"] {
        same(statement(json!({ key: ["b", "a", "b"] })), statement(json!({ key: ["a", "b"] })));
    }
    let condition = |values: Value| statement(json!({ "Condition": { "StringEquals": { "aws:SourceVpc": values } } }));
    same(condition(json!(["b", "a"])), condition(json!(["a", "b"])));
}

#[test]
fn the_order_of_statements_is_kept() {
    let policy = |effects: [&str; 2]| {
        let statements: Vec<Value> = effects.iter().map(|effect| json!({ "Effect": effect })).collect();
        Policy::new(json!({ "Statement": statements }))
    };
    assert_ne!(policy(["Allow", "Deny"]), policy(["Deny", "Allow"]));
}

#[test]
fn an_account_is_its_root_and_a_star_is_everybody() {
    let principal = |principal: Value| statement(json!({ "Principal": principal }));
    for partition in ["aws", "aws-cn", "aws-us-gov"] {
        let root = format!("arn:{partition}:iam::111111111111:root");
        same(principal(json!({ "AWS": "111111111111" })), principal(json!({ "AWS": [root] })));
    }
    same(principal(json!("*")), principal(json!({ "AWS": "*" })));
    same(principal(json!({ "Service": ["b", "a"] })), principal(json!({ "Service": ["a", "b"] })));
}

#[test]
fn numbers_and_flags_in_conditions_are_their_texts() {
    let condition = |value: Value| statement(json!({ "Condition": { "Bool": { "aws:SecureTransport": value } } }));
    same(condition(json!(false)), condition(json!("false")));
    same(condition(json!(3600)), condition(json!(["3600"])));
}

#[test]
fn empty_ids_are_none() {
    same(statement(json!({ "Sid": "", "Effect": "Allow" })), statement(json!({ "Effect": "Allow" })));
    same(json!({ "Id": "", "Statement": [] }), json!({ "Statement": [] }));
    assert_ne!(Policy::new(json!({ "Id": "a" })), Policy::new(json!({})));
    assert_ne!(Policy::new(statement(json!({ "Sid": "A" }))), Policy::new(statement(json!({}))));
}

#[test]
fn what_differs_differs() {
    let base = statement(json!({ "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" }));
    for (key, value) in [("Effect", "Deny"), ("Action", "s3:get*"), ("Resource", "arn:aws:s3:::x")] {
        let mut other = base.clone();
        other["Statement"][0][key] = json!(value);
        assert_ne!(Policy::new(base.clone()), Policy::new(other), "{key}");
    }
}

#[test]
fn a_text_is_a_policy_only_if_it_is_a_json_object() {
    assert_eq!(Policy::parse(r#"{"Statement": []}"#), Some(Policy::new(json!({ "Statement": [] }))));
    for text in ["", "[]", "\"*\"", "{", "null"] {
        assert_eq!(Policy::parse(text), None, "{text}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z*]{0,3}|111111111111".prop_map(Value::from),
    ];
    let keys = prop::sample::select(vec![
        "Statement",
        "Id",
        "Sid",
        "Action",
        "Resource",
        "Principal",
        "Condition",
        "AWS",
        "x",
    ]);
    leaf.prop_recursive(5, 40, 4, move |inner| {
        let map = prop::collection::btree_map(keys.clone().prop_map(str::to_owned), inner.clone(), 0..4);
        let map = map.prop_map(|map| map.into_iter().collect());
        prop_oneof![prop::collection::vec(inner, 0..4).prop_map(Value::from), map]
    })
}

proptest! {
    #[test]
    fn what_is_canonical_stays_as_it_is(document in any_json()) {
        let policy = Policy::new(document);
        prop_assert_eq!(&Policy::new(policy.document().clone()), &policy);
        let again: Policy = serde_json::from_str(&policy.to_json()).unwrap();
        prop_assert_eq!(again, policy);
    }
}
