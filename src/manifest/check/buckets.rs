//! Buckets: names, keys and lifecycles.

use super::Check;
use crate::manifest::buckets::{Bucket, Encryption, LifecycleRule, StorageClass};
use crate::manifest::diagnostic::Diagnostic;

pub(super) fn check(cx: &mut Check<'_>) {
    let Some(buckets) = &cx.parts.buckets else { return };
    for (_, bucket) in buckets.iter() {
        one(cx, bucket);
    }
}

fn one(cx: &mut Check<'_>, bucket: &Bucket) {
    if let Some(key) = &bucket.kms_key
        && bucket.encryption.given
        && *bucket.encryption == Encryption::Aes256
    {
        let wrong = Diagnostic::error(key.span, "a KMS key encrypts nothing with `encryption: aes256`");
        cx.push(wrong.other(bucket.encryption.span, "here").help("write `encryption: kms`, or remove the key"));
    }
    if !*bucket.block_public_access {
        let wrong = Diagnostic::warning(bucket.block_public_access.span, "this bucket can be made public");
        cx.push(wrong.help("remove the line unless the whole world is to read it"));
    }
    if let Some(name) = bucket.name.as_ref().filter(|name| name.contains('.')) {
        let wrong = Diagnostic::warning(
            name.span,
            "TLS does not work for bucket names with dots under the bucket's own host name",
        );
        cx.push(wrong.help(format!("call it `{}`", name.replace('.', "-"))));
    }
    cx.unique(bucket.lifecycle.iter().filter_map(|rule| rule.name.as_ref()));
    for rule in &bucket.lifecycle {
        lifecycle(cx, bucket, rule);
    }
}

fn lifecycle(cx: &mut Check<'_>, bucket: &Bucket, rule: &LifecycleRule) {
    let nothing = rule.expire_days.is_none() && rule.expire_noncurrent_days.is_none();
    if nothing && rule.abort_uploads_days.is_none() && rule.transitions.is_empty() {
        let wrong = Diagnostic::error(rule.span, "this lifecycle rule does nothing");
        cx.push(wrong.help("add `expire_days`, `expire_noncurrent_days`, `abort_uploads_days` or `transitions`"));
    }
    if rule.expire_noncurrent_days.is_some() && !*bucket.versioning {
        let wrong = Diagnostic::error(rule.span, "there are no versions to expire in a bucket that keeps none");
        let wrong = wrong.other(bucket.versioning.span, "versioning is off");
        cx.push(wrong.help("remove `expire_noncurrent_days`, or write `versioning: true`"));
    }
    for transition in &rule.transitions {
        let infrequent = matches!(*transition.class, StorageClass::StandardIa | StorageClass::OnezoneIa);
        if infrequent && *transition.days < 30 {
            let message = format!("objects move to `{}` after 30 days at the earliest", transition.class.word());
            cx.push(Diagnostic::error(transition.days.span, message).help("write `days: 30` or more"));
        }
        if let Some(expire) = rule.expire_days
            && *expire <= *transition.days
        {
            let wrong = Diagnostic::error(transition.days.span, "these objects are gone before they would move");
            cx.push(wrong.other(expire.span, "they expire here").help(format!("move them before day {}", *expire)));
        }
    }
}
