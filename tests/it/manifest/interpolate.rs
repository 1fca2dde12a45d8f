use super::{rendered, shape, sources, tree};
use aqueduct::manifest::diagnostic::Diagnostics;
use aqueduct::manifest::interpolate::{Variables, interpolate};

fn expanded(text: &str) -> (String, String) {
    let (mut node, mut found) = (tree(text), Diagnostics::default());
    let env = |name: &str| (name == "BROKERS").then(|| "3".to_owned());
    let variables =
        Variables { stack: Some("pinterest".into()), account: None, region: Some("us-east-1".into()), env: &env };
    interpolate(&mut node, &variables, &sources(text), &mut found);
    (shape(&node), rendered(found.placed(&sources(text)).map(|(one, _)| one.clone()), text))
}

#[test]
fn keys_and_values_are_filled_in() {
    let (tree, wrong) =
        expanded("${stack}.pin: ['user-${stack}-${region}', '$${stack}', $5, a$$b]\nbrokers: ${env:BROKERS}\n");
    assert_eq!(tree, r#"{pinterest.pin: ["user-pinterest-us-east-1", "${stack}", $5, a$b], brokers: 3}"#);
    assert_eq!(wrong, "");
}

#[test]
fn a_number_from_the_environment_is_a_number() {
    let mut node = tree("brokers: ${env:N}\n");
    let variables = Variables { stack: None, account: None, region: None, env: &|_| Some("3".into()) };
    interpolate(&mut node, &variables, &sources(""), &mut Diagnostics::default());
    assert_eq!(node.get("brokers").unwrap().value.describe(), "the number 3");
}

#[test]
fn what_cannot_be_filled_in_is_pointed_at() {
    let (_, wrong) =
        expanded("a: x-${stak}-y\nb: ${env:HOME_TOWN}\nc: \"${region\"\nd: ${account}\ne: ⟦x⟧\nf: ${PORT}\n");
    let first: Vec<&str> = wrong.lines().filter(|line| line.starts_with("error") || line.contains("-->")).collect();
    assert_eq!(
        first,
        [
            "error: `${stak}` is not known",
            " --> m.yaml:1:6",
            "error: the environment variable `HOME_TOWN` is not set",
            " --> m.yaml:2:4",
            "error: this `${` is never closed",
            " --> m.yaml:3:5",
            "error: `${account}` has no value here",
            " --> m.yaml:4:4",
            "error: the character `⟦` may not stand in a manifest",
            " --> m.yaml:5:4",
            "error: `${PORT}` is not known",
            " --> m.yaml:6:4",
        ]
    );
    assert!(wrong.contains("did you mean `${stack}`?") && wrong.contains("write `${env:PORT}`"));
}
