//! `s3/bucket`: a bucket.

use crate::resource::Named;

/// A bucket.
#[derive(Clone, Debug)]
pub struct Bucket;

impl Named for Bucket {
    const NAME: &'static str = "s3/bucket";
}
