//! `buckets`: where data lies.

use super::common::{TAGS, Tags};
use super::decode::Spanned;
use super::forms;
use super::layout::Constraint::{Form, Length, Members, Range};
use super::section::{choice, section};

section! {
    /// A bucket. Nothing in it can be public, and nothing is readable without TLS, unless said otherwise.
    pub struct Bucket {
        /// Its name in AWS, unique in the world; left out, `<stack>-<name>-<account>`.
        name: Option<Spanned<String>> where Form(&forms::BUCKET),
        /// Whether overwritten and deleted objects are kept. Airflow's bucket must keep them.
        versioning: Spanned<bool> = "true",
        /// With whose keys objects are encrypted.
        encryption: Spanned<Encryption> = "aes256",
        /// The KMS key that encrypts objects; implies `encryption: kms`.
        kms_key: Option<Spanned<String>> where Form(&forms::KMS_KEY),
        /// Whether it can never be public.
        block_public_access: Spanned<bool> = "true",
        /// Whether requests without TLS are refused.
        tls_only: bool = "true",
        /// What happens to objects as they age.
        lifecycle: Vec<LifecycleRule> = "[]" where Members(0, 1000),
        /// Whether the bucket may be deleted with what it holds.
        force_destroy: bool = "false",
        /// Tags on top of the manifest's.
        tags: Tags = "{}" where TAGS,
    }
}

section! {
    /// What happens to some objects as they age.
    pub struct LifecycleRule {
        /// Names the rule; left out, what it does.
        name: Option<Spanned<String>> where Length(1, 255),
        /// The keys it is about begin with this; left out, all.
        prefix: String = "\"\"" where Length(0, 1024),
        /// Delete objects after so many days.
        expire_days: Option<Spanned<i32>> where Range(1, 36500),
        /// Delete versions that are no longer current after so many days.
        expire_noncurrent_days: Option<i32> where Range(1, 36500),
        /// Give up uploads that were not finished within so many days.
        abort_uploads_days: Option<i32> where Range(1, 36500),
        /// Move objects to cheaper storage.
        transitions: Vec<Transition> = "[]",
    }
}

section! {
    /// A move to cheaper storage.
    pub struct Transition {
        /// After so many days.
        days: Spanned<i32> where Range(0, 36500),
        /// To this class.
        class: Spanned<StorageClass>,
    }
}

choice! {
    /// With whose keys objects are encrypted.
    pub enum Encryption {
        /// Keys that S3 manages.
        Aes256 = "aes256",
        /// Keys in KMS.
        Kms = "kms",
    }
}

choice! {
    /// A class of cheaper storage.
    pub enum StorageClass {
        /// Rarely read.
        StandardIa = "standard_ia",
        /// Rarely read, in one zone only.
        OnezoneIa = "onezone_ia",
        /// S3 chooses by use.
        IntelligentTiering = "intelligent_tiering",
        /// Archive, at once when needed.
        GlacierIr = "glacier_ir",
        /// Archive, hours to read.
        Glacier = "glacier",
        /// Archive, up to two days to read.
        DeepArchive = "deep_archive",
    }
}
