//! Properties by name, some of which nobody may see.

use crate::resource::Secret;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

/// Properties by name. The values of those whose names speak of secrets are treated as
/// [`Secret`]s: never rendered, logged or stored.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Properties(pub BTreeMap<String, String>);

/// What the names of properties contain whose values nobody may see, in lower case: of Kafka Connect
/// (`aws.secret.access.key`, `sasl.jaas.config`, `basic.auth.user.info`, …) and of Airflow
/// (`core.fernet_key`, `database.sql_alchemy_conn`, `celery.broker_url`, …).
const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "access.key",
    "access_key",
    "api.key",
    "api_key",
    "private.key",
    "private_key",
    "account.key",
    "jaas.config",
    "user.info",
    "fernet_key",
    "_conn",
    "broker_url",
    "result_backend",
];

impl Properties {
    /// Whether nobody may see the value of the property called `name`.
    pub fn is_secret(name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        SECRETS.iter().any(|part| name.contains(part))
    }

    /// The text of a Java properties file with them, a line each.
    pub fn file(&self) -> String {
        let line = |(name, value): (&String, &String)| format!("{}={}\n", escaped(name, true), escaped(value, false));
        self.iter().map(line).collect()
    }

    /// What the Java properties file `text` says.
    pub fn of_file(text: &str) -> Self {
        lines(text).iter().map(|line| pair(line)).collect()
    }
}

/// `text` as it must stand in a properties file.
fn escaped(text: &str, name: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, character) in text.chars().enumerate() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            ' ' if name || at == 0 => out.push_str("\\ "),
            '=' | ':' | '#' | '!' if name => out.extend(['\\', character]),
            // The file is read as Latin-1.
            '\u{20}'..='\u{7e}' => out.push(character),
            _ => out.extend(character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}"))),
        }
    }
    out
}

/// The lines that say something, each with those that continue it.
fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![];
    let mut open: Option<String> = None;
    for natural in text.lines() {
        let natural = natural.trim_start();
        if open.is_none() && (natural.is_empty() || natural.starts_with(['#', '!'])) {
            continue;
        }
        let mut line = open.take().unwrap_or_default() + natural;
        // An odd number of backslashes at the end continues the line.
        if line.chars().rev().take_while(|character| *character == '\\').count() % 2 == 1 {
            line.pop();
            open = Some(line);
        } else {
            lines.push(line);
        }
    }
    lines.extend(open);
    lines
}

/// The name ends at the first `=`, `:` or blank that no backslash stands before.
fn pair(line: &str) -> (String, String) {
    let mut masked = false;
    let end = line.find(|character: char| {
        let ends = !masked && matches!(character, '=' | ':' | ' ' | '\t' | '\u{c}');
        masked = !masked && character == '\\';
        ends
    });
    let (name, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start();
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start();
    (unescaped(name), unescaped(value))
}

fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = vec![];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let mut push = |character: char| units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
        match (character, character == '\\') {
            (character, false) => push(character),
            (_, true) => match characters.next() {
                Some('n') => push('\n'),
                Some('r') => push('\r'),
                Some('t') => push('\t'),
                Some('f') => push('\u{c}'),
                Some('u') => {
                    let digits: String = characters.by_ref().take(4).collect();
                    units.extend(u16::from_str_radix(&digits, 16).ok());
                }
                Some(other) => push(other),
                None => {}
            },
        }
    }
    String::from_utf16_lossy(&units)
}

impl Deref for Properties {
    type Target = BTreeMap<String, String>;
    fn deref(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Properties {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        Self(items.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen = |(name, value)| (name, if Self::is_secret(name) { "(secret)" } else { value });
        f.debug_map().entries(self.iter().map(|(name, value)| (name.as_str(), value.as_str())).map(seen)).finish()
    }
}

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in &self.0 {
            match Self::is_secret(name) {
                true => map.serialize_entry(name, &Secret::new(value))?,
                false => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}
