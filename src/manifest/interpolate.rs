//! `${stack}`, `${account}`, `${region}` and `${env:NAME}` in keys and values; `$$` stands for `$`.

use super::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use super::source::{Sources, Span};
use super::yaml::{Node, Value};

/// What can be inserted.
pub struct Variables<'a> {
    /// `${stack}`.
    pub stack: Option<String>,
    /// `${account}`.
    pub account: Option<String>,
    /// `${region}`.
    pub region: Option<String>,
    /// `${env:NAME}`.
    pub env: &'a dyn Fn(&str) -> Option<String>,
}

const NAMES: [&str; 3] = ["${stack}", "${account}", "${region}"];
/// Characters that Aqueduct keeps for itself, to mark values it fills in later.
const RESERVED: [char; 2] = ['⟦', '⟧'];

/// Inserts values in every key and value of `node`. Returns where that failed, whole keys and values.
pub fn interpolate(
    node: &mut Node,
    variables: &Variables<'_>,
    sources: &Sources,
    found: &mut Diagnostics,
) -> Vec<Span> {
    let mut failed = vec![];
    let mut one = |text: &mut String, span: Span| {
        let wrong = expand(text, span, variables, sources);
        if !wrong.is_empty() {
            failed.push(span);
            found.extend(wrong);
        }
    };
    walk(node, &mut one);
    failed
}

fn walk(node: &mut Node, one: &mut dyn FnMut(&mut String, Span)) {
    match &mut node.value {
        Value::Empty | Value::Null => {}
        Value::Scalar(scalar) => one(&mut scalar.text, node.span),
        Value::List(items) => items.iter_mut().for_each(|item| walk(item, one)),
        Value::Map(entries) => {
            for entry in entries {
                one(&mut entry.key, entry.span);
                walk(&mut entry.value, one);
            }
        }
    }
}

/// Inserts values in one text that stands at `span`; what cannot be inserted stays as it is and is
/// returned as errors.
pub fn expand(text: &mut String, span: Span, variables: &Variables<'_>, sources: &Sources) -> Vec<Diagnostic> {
    let mut found = vec![];
    if text.contains('$') {
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("$$") {
                out.push('$');
                rest = after;
            } else if rest.starts_with("${") {
                let end = rest.find('}').map_or(rest.len(), |end| end + 1);
                let (whole, after) = rest.split_at(end);
                match insert(whole, variables) {
                    Ok(value) => out.push_str(&value),
                    Err(wrong) => {
                        out.push_str(whole);
                        let span = within(span, whole, sources);
                        found.push(Diagnostic { span: Some(span), ..*wrong });
                    }
                }
                rest = after;
            } else {
                out.push('$');
                rest = &rest[1..];
            }
        }
        out.push_str(rest);
        *text = out;
    }
    if let Some(reserved) = text.chars().find(|c| RESERVED.contains(c)) {
        let wrong = Diagnostic::error(span, format!("the character `{reserved}` may not stand in a manifest"));
        found.push(wrong.help("use another kind of bracket"));
    }
    found
}

fn insert(whole: &str, variables: &Variables<'_>) -> Result<String, Box<Diagnostic>> {
    let nowhere = Span::default();
    let Some(name) = whole.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else {
        let wrong = Diagnostic::error(nowhere, "this `${` is never closed");
        return Err(Box::new(wrong.help("close it with `}`; write `$$` for a dollar sign")));
    };
    if let Some(variable) = name.strip_prefix("env:") {
        return (variables.env)(variable).ok_or_else(|| {
            let wrong = Diagnostic::error(nowhere, format!("the environment variable `{variable}` is not set"));
            Box::new(wrong.help(format!("set it, such as `export {variable}=…`, or write the value here")))
        });
    }
    let value = match name {
        "stack" => variables.stack.clone(),
        "account" => variables.account.clone(),
        "region" => variables.region.clone(),
        _ => {
            let wrong = Diagnostic::error(nowhere, format!("`{whole}` is not known"));
            let guess = did_you_mean(whole, NAMES);
            let guess = guess.or_else(|| Some(format!("for an environment variable write `${{env:{name}}}`")));
            let help =
                "known are `${stack}`, `${account}`, `${region}` and `${env:NAME}`; write `$$` for a dollar sign";
            return Err(Box::new(wrong.help_if(guess).help(help)));
        }
    };
    value.ok_or_else(|| {
        let wrong = Diagnostic::error(nowhere, format!("`{whole}` has no value here"));
        let help = match name {
            "account" => "write `account: \"…\"` at the top of the manifest".to_owned(),
            _ => {
                format!("write `{name}: …` at the top of the manifest, without `${{{name}}}` in it")
            }
        };
        Box::new(wrong.help(help))
    })
}

/// Where in `span` the text `part` stands, else `span` itself.
fn within(span: Span, part: &str, sources: &Sources) -> Span {
    let offset = sources.text(span).find(part).and_then(|offset| u32::try_from(offset).ok());
    let len = u32::try_from(part.len()).unwrap_or(0);
    offset.map_or(span, |offset| {
        let start = span.start + offset;
        Span { start, end: start + len, ..span }
    })
}
