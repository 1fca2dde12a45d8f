//! Tags: those of the whole manifest together with those of a section, and what only some services refuse.

use super::Check;
use crate::manifest::common::{MOST_TAGS, Tags};
use crate::manifest::diagnostic::Diagnostic;
use std::collections::BTreeSet;

pub(super) fn check(cx: &mut Check<'_>) {
    let parts = cx.parts;
    let Some(header) = &parts.header else { return };
    if let Some(buckets) = &parts.buckets {
        buckets.iter().for_each(|(_, bucket)| together(cx, &header.tags, &bucket.tags));
    }
    if let Some(streams) = &parts.streams {
        streams.iter().for_each(|(_, stream)| together(cx, &header.tags, &stream.tags));
    }
    if let Some(Some(airflow)) = &parts.airflow {
        // MWAA alone takes no tags without a value (appendix).
        for (key, _) in header.tags.iter().filter(|(_, value)| value.is_empty()) {
            let message = format!("the tag `{}` has no value, which Airflow's tags need", key.value);
            let wrong = Diagnostic::error(key.span, message).other(airflow.span, "Airflow");
            cx.push(wrong.help("give it a value, such as `\"true\"`"));
        }
    }
}

fn together(cx: &mut Check<'_>, common: &Tags, own: &Tags) {
    let keys: BTreeSet<&str> = common.names().chain(own.names()).collect();
    if let Some((first, _)) = own.iter().next()
        && keys.len() > MOST_TAGS
    {
        let message = format!("together with the manifest's these make {} tags; {MOST_TAGS} are possible", keys.len());
        cx.push(Diagnostic::error(first.span, message).help("remove some, here or at the top"));
    }
}
