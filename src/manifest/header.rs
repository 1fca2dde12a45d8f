//! What stands at the top of a manifest.

use super::common::{TAGS, Tags};
use super::decode::Spanned;
use super::forms;
use super::layout::Constraint::{Form, Range};
use super::section::section;

section! {
    /// What stands at the top of a manifest.
    pub struct Header {
        /// The language of the manifest: always 1.
        aqueduct: i64 where Range(1, 1),
        /// Names everything that belongs together, all that this manifest owns. Names in AWS begin with it.
        stack: Spanned<String> where Form(&forms::STACK),
        /// The region, such as `us-east-1`. `--region` goes before it.
        region: Spanned<String> where Form(&forms::REGION),
        /// The account; any other is refused. Left out, whatever account the credentials are for.
        account: Option<Spanned<String>> where Form(&forms::ACCOUNT),
        /// Tags on everything that can carry any.
        tags: Tags = "{}" where TAGS,
    }
}
