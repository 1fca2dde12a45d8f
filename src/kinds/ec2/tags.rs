//! Tags as EC2 has them: in filters, in create calls and embedded in every description.

use crate::aws::{Cx, STACK_TAG};
use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};

/// The filter that leaves only what carries the tag of this stack.
pub(super) fn ours(cx: &Cx) -> Filter {
    filter(&format!("tag:{STACK_TAG}"), [cx.stack()])
}

/// A filter that leaves what has any of `values` at `name`.
pub(super) fn filter(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Filter {
    let values = values.into_iter().map(Into::into).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// What a create call says so that the new `resource` carries its tags from the beginning.
pub(super) fn specification(cx: &Cx, resource: ResourceType) -> TagSpecification {
    let tags = cx.tags().into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    TagSpecification::builder().resource_type(resource).set_tags(Some(tags.collect())).build()
}

/// Keys and values of the tags in an answer.
pub(super) fn pairs(tags: Option<Vec<Tag>>) -> impl Iterator<Item = (String, String)> {
    tags.unwrap_or_default().into_iter().map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()))
}
