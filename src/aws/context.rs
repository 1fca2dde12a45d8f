//! What a kind may use: AWS's clients, and whose resource it is working on.

use super::fence::Fence;
use super::tags::{ADDRESS_TAG, REGION_TAG, STACK_TAG};
use super::transport::{Name, Transport};
use super::{Error, Pace, Result};
use crate::resource::{Address, Kind, Live, Place};
use aws_config::SdkConfig;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::Instant;

/// What the manifest asks for, as a hint where to look: its references may still be holes.
#[derive(Clone, Debug)]
pub struct Hint {
    /// The resource's address.
    pub address: Address,
    /// Its wanted spec, in its kind's normal form.
    pub spec: Value,
}

/// A connection to one account and region on behalf of one stack. Cheap to clone.
#[derive(Clone)]
pub struct Cx {
    shared: Arc<Shared>,
    observation: Option<Arc<Observation>>,
    acting: Option<Arc<Acting>>,
}

struct Shared {
    config: SdkConfig,
    transport: Transport,
    pace: Pace,
    place: Place,
    clients: Clients,
    s3: OnceLock<aws_sdk_s3::Client>,
    made: Mutex<BTreeMap<String, (String, Instant)>>,
}

/// How long reads may not show what was made (AWS.md §1, §3.3).
const UNSEEN: Duration = Duration::from_secs(120);

#[derive(Default)]
struct Observation {
    hints: Vec<Hint>,
    listings: Mutex<HashMap<&'static str, Listing>>,
    index: OnceCell<Arc<TagIndex>>,
}

type Listing = Arc<OnceCell<Arc<dyn Any + Send + Sync>>>;

/// The ARNs of the stack's resources with all their tags.
pub type TagIndex = BTreeMap<String, BTreeMap<String, String>>;

struct Acting {
    address: Address,
    tags: BTreeMap<String, String>,
    generation: u32,
}

impl Cx {
    pub(super) fn new(config: SdkConfig, transport: Transport, pace: Pace, place: Place) -> Self {
        let clients = Clients::default();
        let shared = Shared { config, transport, pace, place, clients, s3: OnceLock::new(), made: Mutex::default() };
        Self { shared: Arc::new(shared), observation: None, acting: None }
    }

    /// Where the stack is.
    pub fn place(&self) -> &Place {
        &self.shared.place
    }

    /// The account id, 12 digits.
    pub fn account(&self) -> &str {
        &self.place().account
    }

    /// The region, such as `us-east-1`.
    pub fn region(&self) -> &str {
        &self.place().region
    }

    /// The partition of the region: `aws`, `aws-cn` or `aws-us-gov`.
    pub fn partition(&self) -> &'static str {
        self.place().partition
    }

    /// The name of the stack.
    pub fn stack(&self) -> &str {
        &self.place().stack
    }

    /// The IAM path that holds the roles and profiles of the stack in this region.
    pub fn iam_path(&self) -> String {
        self.place().iam_path()
    }

    /// The ARN of `resource`, such as `stream/x`, in `service` of this account and region.
    pub fn arn(&self, service: &str, resource: impl std::fmt::Display) -> String {
        self.place().arn(service, resource)
    }

    /// What calls that change something must pass.
    pub fn fence(&self) -> &Fence {
        self.shared.transport.fence()
    }

    /// How fast AWS's time passes.
    pub fn pace(&self) -> Pace {
        self.shared.pace
    }

    /// How many requests were sent so far.
    pub fn calls(&self) -> u64 {
        self.shared.transport.calls()
    }

    /// This context for one look at AWS, in which every kind is listed once.
    pub fn observing(&self, hints: Vec<Hint>) -> Self {
        let observation = Observation { hints, ..Observation::default() };
        Self { observation: Some(Arc::new(observation)), ..self.clone() }
    }

    /// This context, working on the resource at `address`, which is to carry `tags`. Client tokens
    /// differ between generations.
    pub fn acting_for(&self, address: &Address, tags: &BTreeMap<String, String>, generation: u32) -> Self {
        let acting = Acting { address: address.clone(), tags: tags.clone(), generation };
        Self { acting: Some(Arc::new(acting)), ..self.clone() }
    }

    /// The tags to create a resource with: the user's and those that say who owns it.
    pub fn tags(&self) -> BTreeMap<String, String> {
        let Some(acting) = &self.acting else { return BTreeMap::new() };
        let mut tags = acting.tags.clone();
        tags.insert(STACK_TAG.into(), self.stack().into());
        tags.insert(ADDRESS_TAG.into(), acting.address.to_string());
        if has_no_region(acting.address.kind) {
            tags.insert(REGION_TAG.into(), self.region().into());
        }
        tags
    }

    /// The name within `kind` that `tags` give, when they are this stack's.
    pub fn owner(&self, kind: &'static str, tags: &BTreeMap<String, String>) -> Option<String> {
        let is = |key: &str, value: &str| tags.get(key).is_some_and(|found| found == value);
        let ours = is(STACK_TAG, self.stack()) && (!has_no_region(kind) || is(REGION_TAG, self.region()));
        let address = tags.get(ADDRESS_TAG).filter(|_| ours)?;
        Some(Address::parse(address, [kind])?.name)
    }

    /// The name of the resource being worked on; empty outside of that.
    pub fn acting_name(&self) -> &str {
        self.acting.as_ref().map_or("", |acting| &acting.address.name)
    }

    /// Remembers for two minutes of AWS's time that `id` was made as `what`: a call that takes no client token would make a
    /// second one while reads do not show the first.
    pub fn remember(&self, what: String, id: &str) {
        self.made().insert(what, (id.to_owned(), Instant::now()));
    }

    /// The id of what was made as `what` a moment ago.
    pub fn remembered(&self, what: &str) -> Option<String> {
        let made = self.made();
        made.get(what).filter(|(_, when)| self.pace().since(*when) < UNSEEN).map(|(id, _)| id.clone())
    }

    /// Forgets that `id` was made.
    pub fn forget(&self, id: &str) {
        self.made().retain(|_, (made, _)| made != id);
    }

    fn made(&self) -> MutexGuard<'_, BTreeMap<String, (String, Instant)>> {
        self.shared.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client token that a retry or another run would choose again: 32 hexadecimal digits.
    pub fn token(&self) -> String {
        let (address, generation) =
            self.acting.as_ref().map_or((String::new(), 0), |acting| (acting.address.to_string(), acting.generation));
        let text = format!("{}\0{}\0{}\0{address}\0{generation}", self.account(), self.region(), self.stack());
        Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// What the manifest wants of kind `K`, by name; a hint only.
    pub fn wanted<K: Kind>(&self) -> Vec<(String, K)> {
        let hints = self.observation.iter().flat_map(|observation| &observation.hints);
        hints
            .filter(|hint| hint.address.kind == K::NAME)
            .filter_map(|hint| Some((hint.address.name.clone(), serde_json::from_value(hint.spec.clone()).ok()?)))
            .collect()
    }

    /// Everything of kind `K` that the stack owns; read once per observation.
    pub async fn listed<K: Kind>(&self) -> Result<Arc<Vec<Live<K>>>> {
        let Some(observation) = &self.observation else { return Ok(Arc::new(K::list(self).await?)) };
        let listing = {
            let mut listings = observation.listings.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            listings.entry(K::NAME).or_default().clone()
        };
        let list = async { Ok::<_, Error>(Arc::new(K::list(self).await?) as Arc<dyn Any + Send + Sync>) };
        let all = listing.get_or_try_init(|| list).await?.clone();
        all.downcast().map_err(|_| Error::internal(format!("two kinds are called {}", K::NAME)))
    }

    /// The stack's resources as AWS's tagging index knows them, read once per observation. It lags,
    /// may still list what is gone, and knows no roles (AWS.md §0.1): an index of where to look.
    pub async fn tag_index(&self) -> Result<Arc<TagIndex>> {
        match &self.observation {
            Some(observation) => observation.index.get_or_try_init(|| self.read_tag_index()).await.cloned(),
            None => self.read_tag_index().await,
        }
    }

    async fn read_tag_index(&self) -> Result<Arc<TagIndex>> {
        use aws_sdk_resourcegroupstagging::types::TagFilter;
        let stack = TagFilter::builder().key(STACK_TAG).values(self.stack()).build();
        let mut pages =
            self.tagging().get_resources().tag_filters(stack).resources_per_page(100).into_paginator().send();
        let mut index = TagIndex::new();
        while let Some(page) = pages.next().await {
            for found in page?.resource_tag_mapping_list.unwrap_or_default() {
                let tags = found.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
                index.extend(found.resource_arn.map(|arn| (arn, tags)));
            }
        }
        Ok(Arc::new(index))
    }
}

/// Whether objects of `kind` belong to the whole account, so that the same stack in two regions has two of each.
fn has_no_region(kind: &str) -> bool {
    kind.starts_with("iam/")
}

impl Cx {
    /// Buckets and objects. Only AWS itself has an address for each bucket.
    pub fn s3(&self) -> &aws_sdk_s3::Client {
        self.shared.s3.get_or_init(|| aws_sdk_s3::Client::from_conf(self.s3_config().build()))
    }

    /// A client of S3 that passes no fence.
    pub fn unfenced_s3(&self) -> aws_sdk_s3::Client {
        let transport = self.shared.transport.unfenced(self.pace());
        aws_sdk_s3::Client::from_conf(self.s3_config().http_client(transport).build())
    }

    fn s3_config(&self) -> aws_sdk_s3::config::Builder {
        let elsewhere = self.shared.config.endpoint_url().is_some();
        aws_sdk_s3::config::Builder::from(&self.shared.config).interceptor(Name).force_path_style(elsewhere)
    }
}

macro_rules! clients {
    ($($(#[$meta:meta])* $name:ident: $sdk:ident),* $(,)?) => {
        #[derive(Default)]
        struct Clients { $($name: OnceLock<$sdk::Client>,)* }

        impl Cx {
            $($(#[$meta])* pub fn $name(&self) -> &$sdk::Client {
                self.shared.clients.$name.get_or_init(|| {
                    let config = $sdk::config::Builder::from(&self.shared.config).interceptor(Name);
                    $sdk::Client::from_conf(config.build())
                })
            })*
        }
    };
}

clients! {
    /// EC2, also for everything of a VPC.
    ec2: aws_sdk_ec2,
    /// Load balancers of the second generation.
    elb: aws_sdk_elasticloadbalancingv2,
    /// Roles and instance profiles.
    iam: aws_sdk_iam,
    /// CloudWatch log groups.
    logs: aws_sdk_cloudwatchlogs,
    /// MSK.
    kafka: aws_sdk_kafka,
    /// MSK Connect.
    kafkaconnect: aws_sdk_kafkaconnect,
    /// API Gateway's REST APIs.
    apigateway: aws_sdk_apigateway,
    /// Kinesis data streams.
    kinesis: aws_sdk_kinesis,
    /// MWAA.
    mwaa: aws_sdk_mwaa,
    /// The index of tagged resources.
    tagging: aws_sdk_resourcegroupstagging,
}
