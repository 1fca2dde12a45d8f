//! IAM: what others see of roles, and what keeps one from being deleted.

use super::pass;
use crate::support::Lab;
use aqueduct_sandbox::iam::{WhyNot, profile_usable, role_may, role_usable};
use aws_sdk_iam::Client;
use aws_sdk_iam::error::ProvideErrorMetadata;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const ARN: &str = "arn:aws:iam::000000000000:role/one";

/// The code of a refusal.
macro_rules! refused {
    ($call:expr) => {
        $call.send().await.unwrap_err().code().unwrap_or_default().to_owned()
    };
}

async fn role(iam: &Client) {
    iam.create_role().role_name("one").assume_role_policy_document(TRUST).send().await.unwrap();
}

fn trusting(principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}]}}"#
    )
}

fn usable(lab: &Lab, service: &str) -> Result<(), WhyNot> {
    lab.sandbox.with_account(|account| role_usable(account, ARN, service, account.now))
}

#[tokio::test(start_paused = true)]
async fn a_new_role_takes_a_while_to_be_known_everywhere() {
    let lab = Lab::new().await;
    assert_eq!(usable(&lab, "ec2.amazonaws.com"), Err(WhyNot::Absent));
    role(lab.cx.iam()).await;
    assert_eq!(usable(&lab, "ec2.amazonaws.com"), Err(WhyNot::NotPropagated));
    pass(10).await;
    assert_eq!(usable(&lab, "ec2.amazonaws.com"), Ok(()));
    assert_eq!(usable(&lab, "kafka.amazonaws.com"), Err(WhyNot::NotTrusted));
}

#[tokio::test(start_paused = true)]
async fn a_trust_policy_may_be_only_for_one_account() {
    let lab = Lab::new().await;
    role(lab.cx.iam()).await;
    pass(10).await;
    for (account, expected) in [("000000000000", Ok(())), ("111111111111", Err(WhyNot::NotTrusted))] {
        let text = TRUST.replace(
            r#""Action""#,
            &format!(r#""Condition":{{"StringEquals":{{"aws:SourceAccount":"{account}"}}}},"Action""#),
        );
        lab.cx.iam().update_assume_role_policy().role_name("one").policy_document(text).send().await.unwrap();
        assert_eq!(usable(&lab, "ec2.amazonaws.com"), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_profile_is_usable_once_it_is_known_and_has_a_role() {
    let lab = Lab::new().await;
    let iam = lab.cx.iam();
    let why_not = |name: &str| lab.sandbox.with_account(|account| profile_usable(account, name, account.now).err());
    assert_eq!(why_not("p"), Some(WhyNot::Absent));
    iam.create_instance_profile().instance_profile_name("p").send().await.unwrap();
    assert_eq!(why_not("p"), Some(WhyNot::NotPropagated));
    pass(10).await;
    assert_eq!(why_not("p"), Some(WhyNot::Empty));
    role(iam).await;
    let add = || iam.add_role_to_instance_profile().instance_profile_name("p").role_name("one");
    add().send().await.unwrap();
    assert_eq!(refused!(add()), "LimitExceeded");
    assert_eq!(why_not("arn:aws:iam::000000000000:instance-profile/p"), None);
    assert_eq!(refused!(iam.delete_instance_profile().instance_profile_name("p")), "DeleteConflict");
}

#[tokio::test(start_paused = true)]
async fn a_role_is_deleted_only_when_nothing_hangs_on_it() {
    let lab = Lab::new().await;
    let iam = lab.cx.iam();
    role(iam).await;
    let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}"#;
    iam.put_role_policy().role_name("one").policy_name("p").policy_document(document).send().await.unwrap();
    assert!(lab.sandbox.with_account(|account| role_may(account, ARN, "logs:CreateLogGroup")));
    assert!(!lab.sandbox.with_account(|account| role_may(account, ARN, "s3:GetObject")));
    assert_eq!(refused!(iam.delete_role().role_name("one")), "DeleteConflict");
    iam.delete_role_policy().role_name("one").policy_name("p").send().await.unwrap();
    let arn = "arn:aws:iam::aws:policy/service-role/Any";
    iam.attach_role_policy().role_name("one").policy_arn(arn).send().await.unwrap();
    assert_eq!(refused!(iam.delete_role().role_name("one")), "DeleteConflict");
    iam.detach_role_policy().role_name("one").policy_arn(arn).send().await.unwrap();
    iam.delete_role().role_name("one").send().await.unwrap();
    assert_eq!(refused!(iam.delete_role().role_name("one")), "NoSuchEntity");
}

#[tokio::test(start_paused = true)]
async fn documents_come_back_encoded() {
    let lab = Lab::new().await;
    role(lab.cx.iam()).await;
    let answer = lab.cx.iam().get_role().role_name("one").send().await.unwrap();
    let document = answer.role.unwrap().assume_role_policy_document.unwrap();
    assert!(document.starts_with("%7B%22Version%22%3A%222012-10-17%22%2C"), "{document}");
}

#[tokio::test(start_paused = true)]
async fn names_are_unique_whatever_their_case() {
    let lab = Lab::new().await;
    let iam = lab.cx.iam();
    role(iam).await;
    let again = iam.create_role().role_name("ONE").assume_role_policy_document(TRUST);
    assert_eq!(refused!(again), "EntityAlreadyExists");
    let bad = iam.create_role().role_name("a/b").assume_role_policy_document(TRUST);
    assert_eq!(refused!(bad), "ValidationError");
}

#[tokio::test(start_paused = true)]
async fn malformed_documents_are_refused() {
    let lab = Lab::new().await;
    let iam = lab.cx.iam();
    role(iam).await;
    for text in [
        "no json".to_owned(),
        r#"{"Version":"2012-10-17"}"#.to_owned(),
        TRUST.replace("2012-10-17", "2020-01-01"),
        TRUST.replace("sts:AssumeRole", "s3:GetObject"),
        TRUST.replace("\"Action\"", "\"Resource\":\"*\",\"Action\""),
        trusting(r#"{"AWS":"arn:aws:iam::000000000000:role/none"}"#),
        trusting(r#"{"Service":"nonsense"}"#),
    ] {
        let call = iam.update_assume_role_policy().role_name("one").policy_document(&text);
        assert_eq!(refused!(call), "MalformedPolicyDocument", "{text}");
    }
    for (action, resource) in [("GetObject", "*"), ("s3:GetObject", "bucket")] {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}}}"#
        );
        let call = iam.put_role_policy().role_name("one").policy_name("p").policy_document(&text);
        assert_eq!(refused!(call), "MalformedPolicyDocument", "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_goes_on_naming_a_deleted_role_by_its_id() {
    let lab = Lab::new().await;
    let iam = lab.cx.iam();
    role(iam).await;
    pass(10).await;
    let text = trusting(&format!(r#"{{"AWS":"{ARN}"}}"#));
    iam.create_role().role_name("two").assume_role_policy_document(text).send().await.unwrap();
    iam.delete_role().role_name("one").send().await.unwrap();
    let answer = iam.get_role().role_name("two").send().await.unwrap();
    let document = answer.role.unwrap().assume_role_policy_document.unwrap();
    assert!(document.contains("AROA") && !document.contains("role%2Fone"), "{document}");
}

#[tokio::test(start_paused = true)]
async fn limits_are_those_of_aws() {
    let lab = Lab::new().await;
    let iam = lab.cx.iam();
    role(iam).await;
    for number in 0..11 {
        let arn = format!("arn:aws:iam::aws:policy/P{number}");
        let call = iam.attach_role_policy().role_name("one").policy_arn(arn);
        if number < 10 { drop(call.send().await.unwrap()) } else { assert_eq!(refused!(call), "LimitExceeded") }
    }
    let actions: Vec<String> = (0..600).map(|number| format!("\"s3:SomeAction{number}\"")).collect();
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":[{}],"Resource":"*"}}}}"#,
        actions.join(",")
    );
    let call = iam.put_role_policy().role_name("one").policy_name("long").policy_document(text);
    assert_eq!(refused!(call), "LimitExceeded");
    let unknown = iam.attach_role_policy().role_name("one").policy_arn("arn:aws:iam::000000000000:policy/none");
    assert_eq!(refused!(unknown), "NoSuchEntity");
}

#[tokio::test(start_paused = true)]
async fn managed_policies_of_the_account_have_five_versions() {
    let lab = Lab::new().await;
    let iam = lab.cx.iam();
    let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let made = iam.create_policy().policy_name("own").policy_document(document).send().await.unwrap();
    let arn = made.policy.unwrap().arn.unwrap();
    let next = || iam.create_policy_version().policy_arn(&arn).policy_document(document).set_as_default(true);
    for _ in 0..4 {
        next().send().await.unwrap();
    }
    assert_eq!(refused!(next()), "LimitExceeded");
    assert_eq!(refused!(iam.delete_policy().policy_arn(&arn)), "DeleteConflict");
    assert_eq!(refused!(iam.delete_policy_version().policy_arn(&arn).version_id("v5")), "DeleteConflict");
    for version in ["v1", "v2", "v3", "v4"] {
        iam.delete_policy_version().policy_arn(&arn).version_id(version).send().await.unwrap();
    }
    iam.delete_policy().policy_arn(&arn).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn listings_come_in_pages() {
    let lab = Lab::new().await;
    let iam = lab.cx.iam();
    for number in 0..5 {
        let call = iam.create_role().role_name(format!("r{number}")).path("/x/");
        call.assume_role_policy_document(TRUST).send().await.unwrap();
    }
    let mut pages = iam.list_roles().path_prefix("/x/").max_items(2).into_paginator().send();
    let mut sizes = vec![];
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().roles.len());
    }
    assert_eq!(sizes, [2, 2, 1]);
    assert_eq!(iam.list_roles().path_prefix("/y/").send().await.unwrap().roles.len(), 0);
}
