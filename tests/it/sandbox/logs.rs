//! CloudWatch Logs: what is refused about log groups.

use crate::support::Lab;
use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata;

/// The code of a refusal.
macro_rules! refused {
    ($call:expr) => {
        $call.send().await.unwrap_err().code().unwrap_or_default().to_owned()
    };
}

#[tokio::test(start_paused = true)]
async fn a_protected_group_stays() {
    let lab = Lab::new().await;
    let logs = lab.cx.logs();
    logs.create_log_group().log_group_name("g").deletion_protection_enabled(true).send().await.unwrap();
    assert_eq!(refused!(logs.delete_log_group().log_group_name("g")), "ValidationException");
    let off = logs.put_log_group_deletion_protection().log_group_identifier("g").deletion_protection_enabled(false);
    off.send().await.unwrap();
    logs.delete_log_group().log_group_name("g").send().await.unwrap();
    assert_eq!(refused!(logs.delete_log_group().log_group_name("g")), "ResourceNotFoundException");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_is_refused() {
    let lab = Lab::new().await;
    let logs = lab.cx.logs();
    logs.create_log_group().log_group_name("g").send().await.unwrap();
    assert_eq!(refused!(logs.create_log_group().log_group_name("g")), "ResourceAlreadyExistsException");
    assert_eq!(refused!(logs.create_log_group().log_group_name("no spaces")), "InvalidParameterException");
    let retention = logs.put_retention_policy().log_group_name("g").retention_in_days(2);
    assert_eq!(refused!(retention), "InvalidParameterException");
    assert_eq!(
        refused!(logs.associate_kms_key().log_group_name("g").kms_key_id("alias/x")),
        "InvalidParameterException"
    );
    let arn = "arn:aws:logs:us-east-1:000000000000:log-group:none";
    assert_eq!(refused!(logs.list_tags_for_resource().resource_arn(arn)), "ResourceNotFoundException");
}

#[tokio::test(start_paused = true)]
async fn groups_are_found_by_prefix_by_part_and_by_name() {
    let lab = Lab::new().await;
    let logs = lab.cx.logs();
    for name in ["/a/1", "/a/2", "/b/1"] {
        logs.create_log_group().log_group_name(name).send().await.unwrap();
    }
    let count = async |call: aws_sdk_cloudwatchlogs::operation::describe_log_groups::builders::DescribeLogGroupsFluentBuilder| {
        call.send().await.unwrap().log_groups().len()
    };
    assert_eq!(count(logs.describe_log_groups().log_group_name_prefix("/a")).await, 2);
    assert_eq!(count(logs.describe_log_groups().log_group_name_pattern("/1")).await, 2);
    assert_eq!(count(logs.describe_log_groups().log_group_identifiers("/b/1").log_group_identifiers("gone")).await, 1);
    let page = logs.describe_log_groups().limit(2).send().await.unwrap();
    let rest = logs.describe_log_groups().next_token(page.next_token().unwrap()).send().await.unwrap();
    assert_eq!(rest.log_groups()[0].log_group_name(), Some("/b/1"));
}
