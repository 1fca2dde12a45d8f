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
