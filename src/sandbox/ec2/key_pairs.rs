//! Key pairs (AWS.md §1.9).

use super::State;
use super::filters::{Field, Filters};
use super::resource::{Resource, find};
use super::{refusals, tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::iso8601;
use crate::wire::Xml;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("ImportKeyPair", import),
    Operation::write("DeleteKeyPair", delete),
    Operation::read("DescribeKeyPairs", describe),
];

/// A key pair of which the public key was imported.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyPair {
    /// `key-0..`
    pub id: String,
    /// Unique in account and region.
    pub name: String,
    /// `rsa` or `ed25519`
    pub kind: String,
    /// Of the public key.
    pub fingerprint: String,
    /// The public key as OpenSSH writes it, without comment.
    #[serde(default)]
    pub material: String,
    /// Virtual time of its creation in milliseconds since the epoch.
    pub created: u64,
    /// Its tags.
    pub tags: Tags,
}

impl Resource for KeyPair {
    const TYPE: &'static str = "key-pair";
    const PREFIX: &'static str = "key-";
    const CALLED: &'static str = "key pair";
    const ABSENT: &'static str = "InvalidKeyPair.NotFound";
    const MALFORMED: &'static str = "InvalidKeyPairID.Malformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.key_pairs
    }

    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.key_pairs
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

const FIELDS: &[Field<KeyPair>] = &[
    ("fingerprint", |key, _, _| vec![key.fingerprint.clone()]),
    ("key-name", |key, _, _| vec![key.name.clone()]),
    ("key-pair-id", |key, _, _| vec![key.id.clone()]),
];

/// Not in pages: there is neither a size nor a token in its input.
fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let names: Vec<String> = params.list("KeyName")?;
    let ids: Vec<String> = params.list("KeyPairId")?;
    let with_material = params.optional::<bool>("IncludePublicKey")?.unwrap_or_default();
    let filters = Filters::read(&params, FIELDS)?;
    refusals::done(&params)?;
    for name in &names {
        check(account, name)?;
    }
    for id in &ids {
        find::<KeyPair>(account, id, call.now)?;
    }
    let chosen = account.ec2.key_pairs.values().filter(|key| {
        let named = (names.is_empty() && ids.is_empty()) || names.contains(&key.name) || ids.contains(&key.id);
        named && filters.fit(FIELDS, *key, &key.tags, account, call.now)
    });
    let show = |key: &KeyPair| {
        let xml = Xml::new().text("keyPairId", &key.id).text("keyFingerprint", &key.fingerprint);
        let xml = xml.text("keyName", &key.name).text("keyType", &key.kind);
        let xml = xml.optional("publicKey", with_material.then_some(&key.material));
        xml.append(tags::show(&key.tags)).text("createTime", iso8601(key.created))
    };
    Ok(Answer::xml(Xml::new().list("keySet", "item", chosen.map(show))))
}

/// Refuses the name of a key pair that does not exist.
pub(super) fn check(account: &Account, name: &str) -> Result<(), Fault> {
    if account.ec2.key_pairs.values().any(|key| key.name == name) {
        return Ok(());
    }
    Err(Fault::new(400, KeyPair::ABSENT, format!("The key pair '{name}' does not exist")))
}

fn import(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let name: String = params.required("KeyName")?;
    let material: String = params.required("PublicKeyMaterial")?;
    let tags = tags::specified(&params, KeyPair::TYPE)?;
    refusals::done(&params)?;
    if name.is_empty() || name.len() > 255 || !name.is_ascii() {
        return Err(refusals::invalid(format!("Invalid value '{name}' for keyName.")));
    }
    let malformed = || Fault::new(400, "InvalidKey.Format", "Key is not in valid OpenSSH public key format");
    let text = BASE64_STANDARD.decode(&material).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or_else(malformed)?;
    let mut parts = text.split_whitespace();
    let (algorithm, kind) = match parts.next() {
        Some(algorithm @ "ssh-rsa") => (algorithm, "rsa"),
        Some(algorithm @ "ssh-ed25519") => (algorithm, "ed25519"),
        _ => return Err(malformed()),
    };
    let encoded = parts.next().ok_or_else(malformed)?;
    let body = BASE64_STANDARD.decode(encoded).map_err(|_| malformed())?;
    if check(account, &name).is_ok() {
        let text = format!("The keypair '{name}' already exists.");
        return Err(Fault::new(400, "InvalidKeyPair.Duplicate", text));
    }
    let key = KeyPair {
        id: account.ids.ec2("key"),
        name,
        kind: kind.to_owned(),
        fingerprint: BASE64_STANDARD.encode(Sha256::digest(&body)),
        material: format!("{algorithm} {encoded}"),
        created: call.now,
        tags,
    };
    let xml = Xml::new().text("keyName", &key.name).text("keyFingerprint", &key.fingerprint);
    let xml = xml.text("keyPairId", &key.id).append(tags::show(&key.tags));
    account.ec2.key_pairs.insert(key.id.clone(), key);
    Ok(Answer::xml(xml))
}

/// Succeeds also when there is none.
fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: Option<String> = params.optional("KeyPairId")?;
    let name: Option<String> = params.optional("KeyName")?;
    refusals::done(&params)?;
    if id.is_none() && name.is_none() {
        return Err(refusals::missing("KeyName"));
    }
    account.ec2.key_pairs.retain(|known, key| id.as_ref() != Some(known) && name.as_ref() != Some(&key.name));
    Ok(refusals::yes())
}
