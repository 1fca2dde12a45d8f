//! Custom plugins (AWS.md §4.1).

use super::{bad, bare, check_description, check_name, check_tags, listing, not_found, settle, taken};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{SECOND, Timed};
use crate::operation::Operation;
use crate::s3;
use crate::tags::Tags;
use crate::time::iso8601;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateCustomPlugin", create).at("POST", "/v1/custom-plugins"),
    Operation::read("DescribeCustomPlugin", describe).at("GET", "/v1/custom-plugins/{customPluginArn}"),
    Operation::read("ListCustomPlugins", list).at("GET", "/v1/custom-plugins"),
    Operation::write("DeleteCustomPlugin", delete).at("DELETE", "/v1/custom-plugins/{customPluginArn}"),
];

const CREATING: u64 = 30 * SECOND;
const DELETING: u64 = 5 * SECOND;
/// Plugins an account may have in a region.
const MOST: usize = 100;

/// A plugin. It holds a copy of its object, which may go afterwards.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Plugin {
    pub arn: String,
    pub name: String,
    pub tags: Tags,
    pub state: Timed<State>,
    pub gone_at: Option<u64>,
    description: Option<String>,
    created: u64,
    content_type: ContentType,
    object: S3Location,
    size: u64,
    md5: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum State {
    Creating,
    CreateFailed,
    Active,
    Deleting,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ContentType {
    Jar,
    Zip,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct S3Location {
    bucket_arn: String,
    file_key: String,
    object_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Location {
    s3_location: S3Location,
}

impl Plugin {
    /// As listings show it.
    fn summary(&self, now: u64) -> Value {
        json!({
            "creationTime": iso8601(self.created),
            "customPluginArn": self.arn,
            "customPluginState": self.state.at(now),
            "description": self.description,
            "name": self.name,
            "latestRevision": {
                "contentType": self.content_type,
                "creationTime": iso8601(self.created),
                "description": self.description,
                "fileDescription": { "fileMd5": self.md5, "fileSize": self.size },
                "location": { "s3Location": self.object },
                "revision": 1,
            },
        })
    }
}

/// Whether a connector may use `revision` of the plugin `arn`.
pub(super) fn check_usable(account: &Account, arn: &str, revision: i64) -> Result<(), Fault> {
    let plugin = account.kafkaconnect.plugins.get(arn).ok_or_else(|| not_found("custom plugin", arn))?;
    match *plugin.state.at(account.now) {
        State::Active if revision == 1 => Ok(()),
        State::Active => Err(bad(format!("The custom plugin {arn} has no revision {revision}."))),
        _ => Err(bad(format!("The custom plugin {arn} is not in ACTIVE state."))),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    name: String,
    description: Option<String>,
    content_type: ContentType,
    location: Location,
    #[serde(default)]
    tags: Tags,
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Create { name, description, content_type, location: Location { s3_location: object }, tags } = call.input()?;
    check_name("name", &name)?;
    check_description("description", description.as_deref())?;
    check_tags(&tags)?;
    settle(account);
    let plugins = &account.kafkaconnect.plugins;
    if plugins.values().any(|plugin| plugin.name == name) {
        return Err(taken());
    }
    if plugins.len() >= MOST {
        return Err(bad(format!("You have reached the maximum number of custom plugins, {MOST}.")));
    }
    let bucket = object.bucket_arn.strip_prefix("arn:aws:s3:::").filter(|bucket| !bucket.contains('/'));
    let bucket = bucket.ok_or_else(|| bad("The value of bucketArn is not the ARN of a bucket."))?;
    let key = &object.file_key;
    let missing = || bad(format!("The object {key} in the bucket {bucket} does not exist, or you may not read it."));
    let found = s3::object(account, bucket, key, object.object_version.as_deref()).ok_or_else(missing)?;
    let bytes = account.objects.get(bucket, key, &found.version).map_err(|error| Fault::internal(&error))?;
    let md5 = Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    // Nothing can be neither a JAR nor a ZIP file.
    let then = if found.size == 0 { State::CreateFailed } else { State::Active };
    let (now, id) = (account.now, account.ids.uuid());
    let plugin = Plugin {
        arn: account.arn("kafkaconnect", &format!("custom-plugin/{name}/{id}-4")),
        name: name.clone(),
        tags,
        state: Timed::new(now, State::Creating).then(now + CREATING, then),
        gone_at: None,
        description,
        created: now,
        content_type,
        size: found.size,
        object,
        md5,
    };
    let arn = plugin.arn.clone();
    account.kafkaconnect.plugins.insert(arn.clone(), plugin);
    Answer::json(json!({
        "customPluginArn": arn, "customPluginState": State::Creating, "name": name, "revision": 1,
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct One {
    custom_plugin_arn: String,
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let One { custom_plugin_arn: arn } = call.input()?;
    settle(account);
    let plugin = account.kafkaconnect.plugins.get(&arn).ok_or_else(|| not_found("custom plugin", &arn))?;
    let mut shown = plugin.summary(account.now);
    if *plugin.state.at(account.now) == State::CreateFailed {
        let message = "The file of the custom plugin is empty.";
        shown["stateDescription"] = json!({ "code": "InvalidInput.CustomPluginFile", "message": message });
    }
    Answer::json(bare(shown))
}

listing!(List by name_prefix);

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: List = call.input()?;
    settle(account);
    let plugins = account.kafkaconnect.plugins.values().filter(|plugin| input.fits(&plugin.name));
    Answer::json(input.paging().page("customPlugins", plugins.map(|plugin| bare(plugin.summary(account.now))))?)
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let One { custom_plugin_arn: arn } = call.input()?;
    settle(account);
    let now = account.now;
    let state = &mut account.kafkaconnect;
    let plugin = state.plugins.get_mut(&arn).ok_or_else(|| not_found("custom plugin", &arn))?;
    if *plugin.state.at(now) == State::Creating {
        return Err(bad("You can't delete a custom plugin in CREATING state."));
    }
    if let Some(user) = state.connectors.values().find(|connector| connector.uses(&arn)) {
        return Err(bad(format!("The custom plugin is in use by the connector {}.", user.name)));
    }
    plugin.state = Timed::new(now, State::Deleting);
    plugin.gone_at.get_or_insert(now + DELETING);
    Answer::json(json!({ "customPluginArn": arn, "customPluginState": State::Deleting }))
}
