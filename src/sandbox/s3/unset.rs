//! Settings of a bucket that can be asked for, but not set here: the answers of a bucket that never had them.

use super::input::{of, owner_id};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::wire::Xml;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("GetBucketAcl", get_bucket_acl).raw_at("GET", "/{Bucket}?acl"),
    Operation::read("GetBucketLogging", get_bucket_logging).raw_at("GET", "/{Bucket}?logging"),
    Operation::read("GetBucketAccelerateConfiguration", get_bucket_accelerate_configuration)
        .raw_at("GET", "/{Bucket}?accelerate"),
    Operation::read("GetBucketRequestPayment", get_bucket_request_payment).raw_at("GET", "/{Bucket}?requestPayment"),
    Operation::read("GetBucketNotificationConfiguration", get_bucket_notification_configuration)
        .raw_at("GET", "/{Bucket}?notification"),
    Operation::read("GetBucketCors", get_bucket_cors).raw_at("GET", "/{Bucket}?cors"),
    Operation::read("GetBucketWebsite", get_bucket_website).raw_at("GET", "/{Bucket}?website"),
    Operation::read("GetBucketReplication", get_bucket_replication).raw_at("GET", "/{Bucket}?replication"),
    Operation::read("GetObjectLockConfiguration", get_object_lock_configuration).raw_at("GET", "/{Bucket}?object-lock"),
];

fn get_bucket_acl(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    of(&mut account.s3, &account.id, call)?;
    let owner = format!("<ID>{}</ID>", owner_id(&account.id));
    // The type of a grantee is an attribute, which answers do not have otherwise.
    Ok(Answer::raw(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AccessControlPolicy xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Owner>{owner}</Owner><AccessControlList><Grant>\
         <Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">{owner}</Grantee>\
         <Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>"
    ))
    .header("content-type", "application/xml"))
}

fn nothing(account: &mut Account, call: &Call, root: &'static str) -> Result<Answer, Fault> {
    of(&mut account.s3, &account.id, call)?;
    Ok(Answer::document(root, Xml::new()))
}

fn absent(account: &mut Account, call: &Call, code: &'static str, message: &str) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    Err(Fault::new(404, code, message).with_member("BucketName", bucket.name.as_str()))
}

fn get_bucket_logging(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    nothing(account, call, "BucketLoggingStatus")
}

fn get_bucket_accelerate_configuration(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    nothing(account, call, "AccelerateConfiguration")
}

fn get_bucket_notification_configuration(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    nothing(account, call, "NotificationConfiguration")
}

fn get_bucket_request_payment(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    of(&mut account.s3, &account.id, call)?;
    Ok(Answer::document("RequestPaymentConfiguration", Xml::new().text("Payer", "BucketOwner")))
}

fn get_bucket_cors(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    absent(account, call, "NoSuchCORSConfiguration", "The CORS configuration does not exist")
}

fn get_bucket_website(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let text = "The specified bucket does not have a website configuration";
    absent(account, call, "NoSuchWebsiteConfiguration", text)
}

fn get_bucket_replication(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let text = "The replication configuration was not found";
    absent(account, call, "ReplicationConfigurationNotFoundError", text)
}

fn get_object_lock_configuration(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let text = "Object Lock configuration does not exist for this bucket";
    absent(account, call, "ObjectLockConfigurationNotFoundError", text)
}
