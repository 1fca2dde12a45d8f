use super::{rendered, shape, sources, tree};
use aqueduct::manifest::yaml::{Value, parse};
use proptest::prelude::*;

fn error(text: &str) -> String {
    rendered([*parse(0, text).unwrap_err()], text)
}

#[test]
fn scalars_keep_their_text() {
    let text = "version: 3.10\naccount: 012345678901\nbig: 1_000\nyes: on\nhex: 0x1F\nnan: .nan\nhuge: 1e999\n";
    assert_eq!(
        shape(&tree(text)),
        "{version: 3.10, account: 012345678901, big: 1_000, yes: on, hex: 0x1F, nan: .nan, huge: 1e999}"
    );
}

#[test]
fn quotes_make_a_text() {
    assert_eq!(shape(&tree("a: \"1\"\nb: 'true'\nc: |\n  3\n")), r#"{a: "1", b: "true", c: "3\n"}"#);
    let node = tree("a: \"1\"\nb: 1\nc: true\nd: 'true'\n");
    let scalar = |key: &str| match &node.get(key).unwrap().value.value {
        Value::Scalar(scalar) => (scalar.integer(), scalar.boolean()),
        _ => (None, None),
    };
    assert_eq!(scalar("a"), (None, None));
    assert_eq!(scalar("b"), (Some(1), None));
    assert_eq!(scalar("c"), (None, Some(true)));
    assert_eq!(scalar("d"), (None, None));
}

#[test]
fn nothing_and_null_differ() {
    assert_eq!(
        shape(&tree("a:\nb: null\nc: ~\nd: ''\ne: {f: , g: 1}\n")),
        "{a: ·, b: null, c: null, d: \"\", e: {f: ·, g: 1}}"
    );
    assert_eq!(shape(&tree("")), "{}");
    assert_eq!(shape(&tree("# only a comment\n")), "{}");
}

#[test]
fn anchors_and_merge_keys_work_and_point_at_what_they_copy() {
    let text = "base: &base {retention: 24}\nstream: {<<: *base, shards: 2}\nalso: *base\n";
    let node = tree(text);
    assert_eq!(shape(&node), "{base: {retention: 24}, stream: {shards: 2, retention: 24}, also: {retention: 24}}");
    let copied = &node.get("stream").unwrap().value.get("retention").unwrap().value;
    let place = sources(text).place(copied.span).unwrap();
    assert_eq!((place.line, place.column), (1, 25));
}

#[test]
fn lines_and_columns_count_characters() {
    let text = "größe: {ü: x, 🚰: y}\n\nb:\n  - z\n";
    let node = tree(text);
    let sources = sources(text);
    let at = |span| sources.place(span).map(|place| (place.line, place.column)).unwrap();
    let inner = &node.entries()[0].value;
    assert_eq!(at(inner.get("🚰").unwrap().span), (1, 15));
    assert_eq!(at(inner.get("🚰").unwrap().value.span), (1, 18));
    let Value::List(items) = &node.entries()[1].value.value else { panic!("a list") };
    assert_eq!(at(items[0].span), (4, 5));
    assert_eq!(sources.text(items[0].span), "z");
}

#[test]
fn what_is_not_yaml_is_explained_where_it_is() {
    insta::assert_snapshot!(error("stack: x\nkafka:\n\tbrokers: 3\n"), @r"
    error: this is not YAML: tabs disallowed within this context (block indentation)
     --> m.yaml:3:2
      |
    3 |     brokers: 3
      |     ^
      |
      = help: indent with spaces; YAML allows no tabs there
    ");
    insta::assert_snapshot!(error("a: [1, 2\n"), @r"
    error: this is not YAML: unclosed bracket '['
     --> m.yaml:1:4
      |
    1 | a: [1, 2
      |    ^
      |
      = help: close every `[` and `{`; put quotes around a text that begins with one
    ");
    insta::assert_snapshot!(error("a: !secret x\n"), @r"
    error: tags such as `!secret` mean nothing here
     --> m.yaml:1:12
      |
    1 | a: !secret x
      |            ^
      |
      = help: remove the tag; `${env:NAME}` inserts an environment variable
    ");
}

#[test]
fn aliases_that_multiply_are_stopped() {
    let mut text = String::from("a0: &a0 [x]\n");
    for level in 1..20 {
        let below = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", [below.as_str(); 10].join(", "));
    }
    assert!(error(&text).contains("expand to too much"));
    assert!(error(&"[".repeat(100_000)).contains("error"));
    assert!(error(&format!("a: {}", "x".repeat(2 << 20))).contains("larger than 1 MiB"));
}

proptest! {
    #[test]
    fn any_text_is_read_or_explained(text in "[a-c:\\-\\[\\]{}#&*!|>'\"%@ \t\n~<0-9.é🚰$]{0,80}") {
        match parse(0, &text) {
            Ok(node) => drop(shape(&node)),
            Err(wrong) => prop_assert!(rendered([*wrong], &text).starts_with("error")),
        }
    }

    #[test]
    fn any_characters_are_read_or_explained(text in any::<String>()) {
        if let Err(wrong) = parse(0, &text) {
            prop_assert!(rendered([*wrong], &text).starts_with("error"));
        }
    }
}
