//! Taking over what exists: giving it the tags that say whose it is, and changing nothing else.

use crate::aws::{self, Cx, TagChange, Tagging, patiently, retag};
use crate::kinds;
use crate::resource::{Address, Live};
use futures::future::join_all;
use serde_json::Value;
use std::collections::BTreeMap;

/// Takes `found` over, all side by side, and gives what failed.
pub async fn adopt(cx: &Cx, found: &BTreeMap<Address, Live<Value>>) -> Vec<(Address, aws::Error)> {
    let adoptions = found.iter().filter_map(|(address, live)| {
        let tagging = kinds::named(address.kind)?.adoption();
        (tagging != Tagging::None).then_some(async move {
            let owner = cx.acting_for(address, &BTreeMap::new(), 0).tags();
            let arn = live.outputs.get("arn").map_or(live.id.as_str(), String::as_str);
            let tagged = patiently(cx, || {
                let all = live.tags.clone().into_iter().chain(owner.clone()).collect();
                retag(cx, tagging, TagChange { id: &live.id, arn, set: owner.clone(), unset: vec![], all })
            });
            tagged.await.err().map(|error| (address.clone(), error))
        })
    });
    join_all(adoptions).await.into_iter().flatten().collect()
}
