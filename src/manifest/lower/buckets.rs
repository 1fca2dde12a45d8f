//! `buckets`: private, encrypted, TLS only.

use super::Lowering;
use super::policies::{Delivery, tls_only};
use crate::kinds::s3::bucket::{Algorithm, Bucket, Encryption, LifecycleRule, PublicAccessBlock, Transition};
use crate::manifest::buckets as section;
use crate::resource::Ref;

/// Parts of uploads that nobody finished are given up after so many days.
const UNFINISHED_DAYS: i32 = 7;

impl Lowering<'_> {
    pub(super) fn buckets(&mut self) {
        for (name, section) in self.manifest.buckets.iter() {
            let spec = self.bucket(&name.value, section);
            self.add_tagged(name.value.clone(), &spec, &section.tags);
        }
    }

    /// The bucket's name on AWS.
    pub(super) fn bucket_name(&self, name: &str) -> String {
        let given = self.manifest.buckets.get(name).and_then(|section| section.name.as_ref());
        given.map_or_else(|| format!("{}-{name}-{}", self.stack, self.place.account), |given| given.value.clone())
    }

    /// The bucket `name`, which is `physical` on AWS, with the key that who reads or writes it must use.
    pub(super) fn delivery<'b>(&'b self, name: &str, physical: &'b str) -> Delivery<'b> {
        let section = self.manifest.buckets.get(name);
        let key = section.and_then(|section| section.kms_key.as_ref()).map(|key| key.value.as_str());
        Delivery { bucket: physical, key }
    }

    /// A bucket of a section's own, as careful as any.
    pub(super) fn own_bucket(&mut self, name: &str) -> Ref<Bucket> {
        let physical = self.bucket_name(name);
        let mut spec = Bucket::new(physical.clone());
        spec.versioning = true;
        spec.policy = Some(tls_only(self.place, &physical));
        spec.lifecycle.0.push(unfinished_uploads());
        self.add(name, &spec);
        Ref::to(name)
    }

    fn bucket(&self, name: &str, section: &section::Bucket) -> Bucket {
        let name = self.bucket_name(name);
        let mut spec = Bucket::new(name.clone());
        spec.versioning = *section.versioning;
        let key = section.kms_key.as_ref().map(|key| key.value.clone());
        let kms = key.is_some() || *section.encryption == section::Encryption::Kms;
        if kms {
            spec.encryption =
                Encryption { algorithm: Algorithm::Kms, kms_key: key, bucket_key: true, ..Encryption::default() };
        }
        if !*section.block_public_access {
            let (open, closed) = (false, true);
            spec.public_access_block = PublicAccessBlock {
                block_acls: closed,
                ignore_acls: closed,
                block_policy: open,
                restrict_bucket: open,
            };
        }
        spec.policy = section.tls_only.then(|| tls_only(self.place, &name));
        spec.lifecycle.0.extend(section.lifecycle.iter().enumerate().map(|(index, section)| rule(index, section)));
        if section.lifecycle.iter().all(|rule| rule.abort_uploads_days.is_none()) {
            spec.lifecycle.0.push(unfinished_uploads());
        }
        spec.force_destroy = section.force_destroy;
        spec
    }
}

fn unfinished_uploads() -> LifecycleRule {
    let mut rule = LifecycleRule::new("abort-unfinished-uploads");
    rule.abort_multipart_days = Some(UNFINISHED_DAYS);
    rule
}

fn rule(index: usize, section: &section::LifecycleRule) -> LifecycleRule {
    let name = section.name.as_ref().map_or_else(|| format!("rule-{}", index + 1), |name| name.value.clone());
    let mut rule = LifecycleRule::new(name);
    rule.prefix.clone_from(&section.prefix);
    rule.expiration_days = section.expire_days.as_ref().map(|days| days.value);
    rule.noncurrent_days = section.expire_noncurrent_days;
    rule.abort_multipart_days = section.abort_uploads_days;
    let transition = |section: &section::Transition| Transition {
        days: section.days.value,
        storage_class: section.class.word().to_uppercase(),
    };
    rule.transitions = section.transitions.iter().map(transition).collect();
    rule
}
