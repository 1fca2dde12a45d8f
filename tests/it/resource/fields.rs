//! Field types: what each says about a difference.

use aqueduct::kinds::s3::bucket::Bucket;
use aqueduct::plan::{To, compare};
use aqueduct::resource::tree::{self, Tree};
use aqueduct::resource::{Auto, Fixed, Initial, Ref, Secret, Set};
use insta::assert_snapshot;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// One field of each type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    plain: i32,
    fixed: Fixed<String>,
    set: Set<String>,
    auto: Auto<i32>,
    fixed_auto: Fixed<Auto<String>>,
    initial: Initial<String>,
    secret: Secret<String>,
    bucket: Ref<Bucket>,
    optional: Option<Fixed<i32>>,
    list: Vec<i32>,
    map: BTreeMap<String, String>,
    inner: Inner,
    choice: Choice,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Inner {
    deep: bool,
    fixed: Fixed<Set<i32>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Unit,
    Tuple(i32),
    Struct { size: i32 },
}

fn example() -> Example {
    Example {
        plain: 1,
        fixed: "a".to_owned().into(),
        set: ["b", "a"].map(str::to_owned).into_iter().collect(),
        auto: Auto(Some(1)),
        fixed_auto: Fixed(Auto(Some("a".into()))),
        initial: Initial("a".into()),
        secret: Secret::new("hush".into()),
        bucket: Ref::to("data"),
        optional: Some(Fixed(1)),
        list: vec![1, 2],
        map: BTreeMap::from([("a".into(), "1".into()), ("b.c".into(), "2".into())]),
        inner: Inner { deep: true, fixed: Fixed(Set(vec![2, 1])) },
        choice: Choice::Struct { size: 1 },
    }
}

/// The differences between the example and what `change` makes of it, a line each.
fn differences(change: impl FnOnce(&mut Example)) -> String {
    let mut then = example();
    change(&mut then);
    let changes = compare(&tree::of(&example()).unwrap(), &tree::of(&then).unwrap());
    let line = |change: aqueduct::plan::Change| {
        let to = match change.to {
            To::Known(value) => value.to_string(),
            To::Later { after } => format!("known after {after:?}"),
        };
        let replaces = if change.replaces { " (replaces)" } else { "" };
        format!("{}: {} → {to}{replaces}\n", change.field, change.from)
    };
    changes.into_iter().map(line).collect()
}

#[test]
fn equals_do_not_differ() {
    assert_eq!(differences(|_| {}), "");
}

#[test]
fn a_plain_field_is_changed_in_place() {
    assert_snapshot!(differences(|then| then.plain = 2), @"plain: 1 → 2");
}

#[test]
fn a_fixed_field_replaces_and_so_does_all_below_it() {
    assert_snapshot!(differences(|then| {
        then.fixed = Fixed("b".into());
        then.inner.fixed = Fixed(Set(vec![1, 3]));
        then.optional = None;
    }), @r#"
    fixed: "a" → "b" (replaces)
    inner.fixed: [1,2] → [1,3] (replaces)
    optional: 1 → null (replaces)
    "#);
}

#[test]
fn the_order_of_a_set_means_nothing_but_duplicates_count() {
    let set = |members: &[&str]| members.iter().map(|member| (*member).to_owned()).collect();
    assert_eq!(differences(|then| then.set = set(&["a", "b"])), "");
    assert_snapshot!(differences(|then| then.set = set(&["a", "b", "b"])), @r#"set: ["a","b"] → ["a","b","b"]"#);
}

#[test]
fn the_order_of_a_list_means_something() {
    assert_snapshot!(differences(|then| then.list = vec![2, 1]), @"
    list[0]: 1 → 2
    list[1]: 2 → 1
    ");
    assert_snapshot!(differences(|then| then.list = vec![1]), @"list: [1,2] → [1]");
}

#[test]
fn what_is_left_to_aws_is_right_whatever_it_is() {
    assert_eq!(differences(|then| then.auto = Auto(None)), "");
    assert_eq!(differences(|then| then.fixed_auto = Fixed(Auto(None))), "");
    assert_snapshot!(differences(|then| {
        then.auto = Auto(Some(2));
        then.fixed_auto = Fixed(Auto(Some("b".into())));
    }), @r#"
    auto: 1 → 2
    fixed_auto: "a" → "b" (replaces)
    "#);
}

#[test]
fn what_matters_only_on_creation_is_never_compared() {
    assert_eq!(differences(|then| then.initial = Initial("b".into())), "");
}

#[test]
fn maps_are_compared_key_by_key() {
    assert_snapshot!(differences(|then| {
        then.map.remove("a");
        then.map.insert("b.c".into(), "3".into());
        then.map.insert("d e".into(), "4".into());
        then.inner.deep = false;
    }), @r#"
    inner.deep: true → false
    map.a: "1" → null
    map[b.c]: "2" → "3"
    map[d e]: null → "4"
    "#);
}

#[test]
fn variants_are_compared_whole_or_by_field() {
    assert_snapshot!(differences(|then| then.choice = Choice::Struct { size: 2 }), @"choice.struct.size: 1 → 2");
    assert_snapshot!(differences(|then| then.choice = Choice::Tuple(1)), @r#"
    choice.struct: {"size":1} → null
    choice.tuple: null → 1
    "#);
    assert_snapshot!(differences(|then| then.choice = Choice::Unit), @r#"choice: {"struct":{"size":1}} → "unit""#);
}

#[test]
fn a_reference_is_known_later() {
    let mut now = example();
    now.bucket = Ref::existing("data-1");
    let changes = compare(&tree::of(&now).unwrap(), &tree::of(&example()).unwrap());
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].from, json!("data-1"));
    assert_eq!(changes[0].to, To::Later { after: ["s3/bucket/data".to_owned()].into() });
}

#[test]
fn a_secret_is_compared_but_never_shown() {
    let changed = differences(|then| then.secret = Secret::new("psst".into()));
    assert_snapshot!(changed, @r#"secret: "(secret)" → "(secret)""#);
    let tree = tree::of(&example()).unwrap();
    let everything = [format!("{:?}", example()), format!("{tree:?}"), tree::plain(&tree).to_string(), changed];
    for text in everything {
        assert!(!text.contains("hush") && !text.contains("psst"), "{text}");
    }
    assert_eq!(example().secret.expose(), "hush");
}

#[test]
fn in_json_a_field_looks_like_what_it_holds() {
    let expected = json!({
        "plain": 1, "fixed": "a", "set": ["b", "a"], "auto": 1, "fixed_auto": "a", "initial": "a", "secret": "hush",
        "bucket": "⟦s3/bucket/data|id⟧", "optional": 1, "list": [1, 2], "map": { "a": "1", "b.c": "2" },
        "inner": { "deep": true, "fixed": [2, 1] }, "choice": { "struct": { "size": 1 } },
    });
    assert_eq!(serde_json::to_value(example()).unwrap(), expected);
    assert_eq!(serde_json::from_value::<Example>(expected).unwrap(), example());
}

#[test]
fn people_see_values_without_annotations() {
    let shown = tree::plain(&tree::of(&example()).unwrap());
    assert_eq!(shown["set"], json!(["a", "b"]));
    assert_eq!(shown["secret"], json!("(secret)"));
    assert_eq!(shown["fixed_auto"], json!("a"));
    assert_eq!(shown["bucket"], json!("⟦s3/bucket/data|id⟧"));
}

#[test]
fn every_text_of_a_tree_is_found_but_those_of_secrets() {
    let tree = tree::of(&example()).unwrap();
    let mut found = vec![];
    tree::texts(&tree, &mut |kind, text| found.push((kind.map(str::to_owned), text.to_owned())));
    assert!(found.contains(&(Some("s3/bucket".into()), "⟦s3/bucket/data|id⟧".into())));
    for text in ["a", "b", "2"] {
        assert!(found.contains(&(None, text.into())), "{text}");
    }
    assert!(found.iter().all(|(_, text)| text != "hush"));
}

#[test]
fn bytes_have_no_place_in_a_spec() {
    struct Bytes;
    impl Serialize for Bytes {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(b"x")
        }
    }
    assert_eq!(tree::of(&Bytes).unwrap_err().to_string(), "bytes are not part of the normal form");
    assert_eq!(tree::of(&'x').unwrap(), Tree::Leaf(json!("x")));
}
