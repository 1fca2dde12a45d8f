use aqueduct::manifest::regex::Regex;
use proptest::prelude::*;

fn matches(pattern: &str, text: &str) -> bool {
    Regex::parse(pattern).unwrap().matches(text)
}

#[test]
fn the_whole_name_must_match() {
    assert!(matches("pinterest.*", "pinterest.pin") && matches("pinterest\\..*", "pinterest.pin"));
    assert!(!matches("pinterest", "pinterest.pin") && !matches("pinterest\\..*", "pinterestXpin"));
    assert!(matches("", "") && !matches("", "a"));
}

#[test]
fn groups_classes_and_repetitions_work() {
    assert!(matches("a\\.(pin|geo|user)", "a.geo") && !matches("a\\.(pin|geo|user)", "a.geos"));
    assert!(matches("[a-c]+[^0-9]?", "abcx") && !matches("[a-c]+[^0-9]?", "abc9"));
    assert!(matches("(ab)*c", "ababc") && matches("(ab)*c", "c") && !matches("(ab)*c", "abac"));
    assert!(matches("(a|b|)x", "x") && matches("[.a-]+", "a-.a"));
    assert!(matches("a?a?a?aaa", "aaa"));
}

#[test]
fn what_is_not_supported_is_refused() {
    for pattern in ["(", ")", "*", "a**", "a{2}", "^a", "a$", "\\d", "[", "[b-a]", "(?i)a", "a\\", "[[a]]", "[a&&b]"] {
        assert!(Regex::parse(pattern).is_err(), "{pattern}");
    }
    assert!(
        Regex::parse(&"(".repeat(300)).is_err()
            && Regex::parse(&format!("{}a{}", "(".repeat(20), ")".repeat(20))).is_err()
    );
}

proptest! {
    #[test]
    fn a_name_matches_itself_escaped(name in "[a-z._-]{0,40}") {
        let escaped = name.replace('.', "\\.");
        prop_assert!(matches(&escaped, &name));
    }

    #[test]
    fn any_pattern_is_read_or_refused_and_ends(pattern in "[ab.*+?()|\\[\\]\\\\-]{0,20}", text in "[ab]{0,30}") {
        if let Ok(regex) = Regex::parse(&pattern) {
            let _ = regex.matches(&text);
        }
    }
}

#[test]
fn nested_repetitions_do_not_blow_up() {
    assert!(!matches("((((((a*)*)*)*)*)*)*b", &"a".repeat(249)));
}
