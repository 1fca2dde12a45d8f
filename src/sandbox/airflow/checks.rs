//! What MWAA looks at in other services, with the caller's credentials and as the execution role.

use super::settings::Settings;
use super::{invalid, network};
use crate::account::Account;
use crate::answer::Fault;
use crate::{iam, s3};

/// Who works as the execution role.
const PRINCIPALS: [&str; 2] = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"];

/// Refuses settings that other services do not bear out.
pub(super) fn request(account: &Account, settings: &Settings) -> Result<(), Fault> {
    network::check(account, &settings.network())?;
    bucket(account, settings)?;
    role(account, settings)
}

fn bucket(account: &Account, settings: &Settings) -> Result<(), Fault> {
    let name = settings.bucket();
    let refused = |what: String| Err(invalid(format!("Invalid request provided: {what}")));
    let Some(bucket) = s3::bucket(account, name) else {
        return refused(format!("Unable to check the S3 bucket {name}: it does not exist"));
    };
    if bucket.region != account.region {
        return refused(format!("Provided bucket {name} is not in the region {}", account.region));
    }
    if bucket.public_access_block != Some([true; 4]) {
        return refused(format!("Provided bucket does not have BlockPublicAccess set for s3 bucket {name}."));
    }
    if bucket.versioning.as_deref() != Some("Enabled") {
        return refused(format!("Provided bucket does not have versioning enabled for s3 bucket {name}."));
    }
    for (what, path, version) in settings.files() {
        let Some(path) = path else { continue };
        let whole = format!("s3://{name}/");
        let key = path.strip_prefix(&whole).unwrap_or(path);
        if s3::object(account, name, key, version).is_none() {
            let version = version.unwrap_or_default();
            return refused(format!("{what}S3Path: no version {version} of {key} in s3 bucket {name}"));
        }
    }
    Ok(())
}

fn role(account: &Account, settings: &Settings) -> Result<(), Fault> {
    let arn = settings.execution_role_arn.as_deref().unwrap_or_default();
    for principal in PRINCIPALS {
        if iam::role_usable(account, arn, principal, account.now).is_err() {
            return Err(invalid(format!(
                "Failed to assume role {arn}. This could be due to the role's trust policy. Please ensure your role is \
                 assumable by '{principal}' Service Principal and try again."
            )));
        }
    }
    let needed = ["s3:GetObject", "s3:GetBucketPublicAccessBlock", "s3:ListBucket"];
    if !needed.iter().all(|action| iam::role_may(account, arn, action)) {
        let (bucket, path) = (settings.bucket(), settings.dag_s3_path.as_deref().unwrap_or_default());
        return Err(invalid(format!(
            "Invalid request provided: Provided role does not have sufficient permissions for s3 location {bucket}/{path}"
        )));
    }
    Ok(())
}

/// What the machines of an environment find when they start: the code and message of what keeps them from that.
pub(super) fn start(account: &Account, settings: &Settings) -> Result<(), (String, String)> {
    let arn = settings.execution_role_arn.as_deref().unwrap_or_default();
    let assumable = PRINCIPALS.iter().all(|principal| iam::role_usable(account, arn, principal, account.now).is_ok());
    let told = ["logs:CreateLogStream", "sqs:SendMessage"].iter().all(|action| iam::role_may(account, arn, action));
    if assumable && told && network::reaches_services(account, &settings.network()) && bucket(account, settings).is_ok()
    {
        return Ok(());
    }
    let message = "You may need to check the execution role permissions policy for your environment, and that each of \
                   the VPC networking components required by the environment are configured to allow traffic.";
    Err(("INCORRECT_CONFIGURATION".into(), message.into()))
}
