//! Addresses.

use aqueduct::kinds;
use aqueduct::resource::Address;

fn parse(text: &str) -> Option<Address> {
    Address::parse(text, kinds::names())
}

#[test]
fn a_name_may_contain_anything() {
    for name in ["orders", "pinterest.pin", "dags/etl/daily.py", "main/", "a b", "⟦x⟧", "ü"] {
        let text = format!("kafka/topic/{name}");
        let address = parse(&text).unwrap();
        assert_eq!((address.kind, address.name.as_str()), ("kafka/topic", name));
        assert_eq!(address.to_string(), text);
    }
}

#[test]
fn what_names_no_kind_or_nothing_of_one_is_no_address() {
    for text in
        ["", "kafka", "kafka/topic", "kafka/topic/", "kafka/topics/orders", "/kafka/topic/orders", "topic/orders"]
    {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn a_kind_whose_name_begins_like_another_is_told_apart() {
    let kinds = ["ec2/vpc", "ec2/vpc-endpoint"];
    let kind = |text| Address::parse(text, kinds).map(|address| address.kind);
    assert_eq!(kind("ec2/vpc/main"), Some("ec2/vpc"));
    assert_eq!(kind("ec2/vpc-endpoint/main"), Some("ec2/vpc-endpoint"));
}

#[test]
fn every_kind_is_a_service_and_a_type() {
    for name in kinds::names() {
        let parts: Vec<&str> = name.split('/').collect();
        assert!(parts.len() == 2 && parts.iter().all(|part| !part.is_empty()), "{name}");
        assert_eq!(kinds::names().filter(|other| *other == name).count(), 1, "{name} is listed twice");
    }
}
