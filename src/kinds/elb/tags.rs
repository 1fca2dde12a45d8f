//! Tags as load balancing has them: in create calls, and to be asked for by ARN.

use crate::aws::{self, Class, Cx, Error, TagIndex};
use aws_sdk_elasticloadbalancingv2::types::{Tag, TagDescription};
use futures::future::try_join_all;
use std::collections::{BTreeMap, HashMap};

/// ARNs that one `DescribeTags` takes.
const MOST: usize = 20;

/// What a create call says so that the new object carries its tags from the beginning.
pub(super) fn sent(cx: &Cx) -> Vec<Tag> {
    cx.tags().into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// The tags of each of `arns` that is still there.
pub(super) async fn of(cx: &Cx, arns: &[String]) -> aws::Result<HashMap<String, BTreeMap<String, String>>> {
    let chunks = try_join_all(arns.chunks(MOST).map(|arns| chunk(cx, arns))).await?;
    let found = chunks.into_iter().flatten().filter_map(|found| {
        let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
        let tags = found.tags.unwrap_or_default().into_iter().filter_map(pair).collect();
        Some((found.resource_arn?, tags))
    });
    Ok(found.collect())
}

/// The tags of those of `there`, ARNs with names, that are the stack's, of the kind `kind`. The index lags: a name of
/// `wanted` that it does not know is asked for its tags.
pub(super) async fn of_stack(
    cx: &Cx,
    kind: &'static str,
    index: &TagIndex,
    there: impl Iterator<Item = (&str, &str)>,
    wanted: &[String],
) -> aws::Result<HashMap<String, BTreeMap<String, String>>> {
    let mut stack = HashMap::new();
    let mut unknown = vec![];
    for (arn, name) in there {
        match index.get(arn) {
            Some(tags) => drop(stack.insert(arn.to_owned(), tags.clone())),
            None if wanted.iter().any(|wanted| wanted == name) => unknown.push(arn.to_owned()),
            None => {}
        }
    }
    let asked = of(cx, &unknown).await?;
    stack.extend(asked.into_iter().filter(|(_, tags)| cx.owner(kind, tags).is_some()));
    Ok(stack)
}

/// One ARN that is gone makes the whole call fail; then each is asked for alone.
async fn chunk(cx: &Cx, arns: &[String]) -> aws::Result<Vec<TagDescription>> {
    match ask(cx, arns).await {
        Err(error) if error.class == Class::NotFound && arns.len() > 1 => {
            let each = arns.chunks(1).map(|arn| async move {
                ask(cx, arn).await.or_else(|error| if error.class == Class::NotFound { Ok(vec![]) } else { Err(error) })
            });
            Ok(try_join_all(each).await?.into_iter().flatten().collect())
        }
        Err(error) if error.class == Class::NotFound => Ok(vec![]),
        other => other,
    }
}

async fn ask(cx: &Cx, arns: &[String]) -> aws::Result<Vec<TagDescription>> {
    let answer = cx.elb().describe_tags().set_resource_arns(Some(arns.to_vec())).send().await.map_err(Error::from);
    answer.map(|answer| answer.tag_descriptions.unwrap_or_default())
}
