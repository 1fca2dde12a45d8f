use super::{rendered, shape, tree};
use aqueduct::manifest::diagnostic::Diagnostics;
use aqueduct::manifest::merge::{merge, reject_repeats};
use aqueduct::manifest::source::Span;
use aqueduct::manifest::yaml::{Entry, Node, Scalar, Value, parse};
use proptest::prelude::*;

#[test]
fn later_files_win_key_by_key() {
    let base = tree("a: 1\nm: {x: 1, y: [1, 2]}\nk: {p: 1}\n");
    let upper = tree("m: {y: [3], z: 2}\nn: 1\nk: null\n");
    assert_eq!(shape(&merge(base, upper)), "{a: 1, m: {x: 1, y: [3], z: 2}, k: null, n: 1}");
}

#[test]
fn a_section_that_a_later_file_only_names_stays() {
    assert_eq!(shape(&merge(tree("a: {x: 1}"), tree("a:\n"))), "{a: {x: 1}}");
}

#[test]
fn every_value_keeps_its_file() {
    let merged = merge(parse(0, "m: {x: 1, y: 1}").unwrap(), parse(1, "m: {y: 2}").unwrap());
    let file = |key: &str| merged.get("m").unwrap().value.get(key).unwrap().value.span.file;
    assert_eq!((file("x"), file("y")), (0, 1));
}

#[test]
fn a_key_given_twice_is_an_error_that_shows_both() {
    let text = "streams:\n  pin: {}\n  geo: {}\n  pin: {mode: on_demand}\n";
    let (mut node, mut found) = (tree(text), Diagnostics::default());
    reject_repeats(&mut node, &mut found);
    assert_eq!(shape(&node), "{streams: {pin: {}, geo: {}}}");
    insta::assert_snapshot!(rendered(found.placed(&super::sources(text)).map(|(one, _)| one.clone()), text), @r"
    error: `pin` is given twice
     --> m.yaml:4:3
      |
    2 |   pin: {}
      |   --- first here
    3 |   geo: {}
    4 |   pin: {mode: on_demand}
      |   ^^^ again here
      |
      = help: keep one of the two
    ");
}

/// Maps three deep with numbers at the leaves: what one file has as a map no other has as a number.
fn layered() -> impl Strategy<Value = Node> {
    let node = |value| Node { span: Span::default(), owner: Span::default(), value };
    let leaf = any::<u8>().prop_map(move |n| node(Value::Scalar(Scalar { text: n.to_string(), plain: true })));
    let map = move |inner: BoxedStrategy<Node>| {
        prop::collection::btree_map("[a-d]", inner, 0..4)
            .prop_map(move |entries| {
                let entry = |(key, value)| Entry { key, span: Span::default(), value };
                node(Value::Map(entries.into_iter().map(entry).collect()))
            })
            .boxed()
    };
    map(map(map(leaf.boxed())))
}

proptest! {
    #[test]
    fn merging_maps_is_associative(a in layered(), b in layered(), c in layered()) {
        let left = merge(merge(a.clone(), b.clone()), c.clone());
        prop_assert_eq!(shape(&left), shape(&merge(a, merge(b, c))));
    }

    #[test]
    fn merging_a_tree_with_itself_changes_nothing(a in layered()) {
        prop_assert_eq!(shape(&merge(a.clone(), a.clone())), shape(&a));
    }
}
