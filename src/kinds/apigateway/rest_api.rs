//! `apigateway/rest-api`: a REST API, its whole tree of routes (AWS.md §5).

use super::gateway_response::{self, GatewayResponses};
use super::patch::{Patch, escaped};
use super::route::{self, Route};
use super::{execution_logs, openapi, tree};
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::kinds::ec2::vpc_endpoint::VpcEndpoint;
use crate::resource::{
    Actions, Auto, Changes, Dependent, Kind, Live, Named, Place, Policy, Ref, Set, Status, Typical, Verb,
};
use aws_sdk_apigateway::types::{self, ApiKeySourceType, ApiStatus, EndpointConfiguration, EndpointType, PutMode};
use aws_smithy_types::Blob;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

crate::attribute!(
    /// The digest of everything that a deployment takes a snapshot of.
    pub Definition = "definition"
);

/// A REST API, its whole tree of routes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestApi {
    /// Not unique.
    pub name: String,
    /// Free text; may be empty.
    #[serde(default)]
    pub description: String,
    /// From where it can be reached.
    #[serde(default)]
    pub endpoint: Endpoint,
    /// The VPC endpoints of a private API that get an alias for it.
    #[serde(default)]
    pub vpc_endpoints: Set<Ref<VpcEndpoint>>,
    /// `ipv4` or `dualstack`.
    #[serde(default)]
    pub ip_address_type: Auto<String>,
    /// The lowest TLS version and the ciphers, such as `TLS_1_2`.
    #[serde(default)]
    pub security_policy: Auto<String>,
    /// `BASIC` or `STRICT`.
    #[serde(default)]
    pub endpoint_access_mode: Auto<String>,
    /// Whether it can be reached by custom domain names only.
    #[serde(default)]
    pub disable_execute_api_endpoint: bool,
    /// Where callers put their API key.
    #[serde(default)]
    pub api_key_source: ApiKeySource,
    /// Bodies from this size on are compressed, 0 to 10485760 bytes; none compresses nothing.
    #[serde(default)]
    pub minimum_compression_bytes: Option<i32>,
    /// The content types whose bodies are bytes, not text; `*/*` for all.
    #[serde(default)]
    pub binary_media_types: Set<String>,
    /// Who may call the API: its resource policy.
    #[serde(default)]
    pub policy: Option<Policy>,
    /// The routes by method and path, such as `GET /streams/{name}`; `ANY` for every method.
    #[serde(default, deserialize_with = "route::in_full")]
    pub routes: BTreeMap<String, Route>,
    /// Paths without any method. They hide greedy routes such as `/{proxy+}`.
    #[serde(default)]
    pub bare_paths: Set<String>,
    /// What API Gateway answers by itself, by type; `DEFAULT_4XX` and `DEFAULT_5XX` for all types that are not named.
    #[serde(default, deserialize_with = "gateway_response::normal")]
    pub gateway_responses: GatewayResponses,
}

/// From where an API can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Endpoint {
    /// From the internet, through CloudFront.
    #[default]
    Edge,
    /// From the internet, in the region.
    Regional,
    /// From VPC endpoints only.
    Private,
}

/// Where callers put their API key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApiKeySource {
    /// Into the header `x-api-key`.
    #[default]
    Header,
    /// The authorizer's answer names it.
    Authorizer,
}

impl Named for RestApi {
    const NAME: &'static str = "apigateway/rest-api";
}

impl Kind for RestApi {
    const OUTPUTS: &'static [&'static str] = &["arn", "execution_arn", "definition"];
    const VOLATILE: &'static [&'static str] = &["definition"];
    const TAGGING: Tagging = Tagging::ApiGateway;
    const ACTIONS: Actions = Actions {
        read: &["apigateway:GET"],
        create: &["apigateway:POST", "apigateway:PUT", "apigateway:UpdateRestApiPolicy"],
        update: &["apigateway:PUT", "apigateway:PATCH", "apigateway:DELETE", "apigateway:UpdateRestApiPolicy"],
        delete: &["apigateway:DELETE", "logs:DescribeLogGroups", "logs:DeleteLogGroup"],
        dependent: &[Dependent::pass_role("apigateway.amazonaws.com", Verb::UPDATE)
            .given(&["routes.*.integration.credentials", "routes.*.authorizer.credentials"])],
    };
    const TYPICAL: Typical = Typical::seconds(5, 5, 30);

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        let logs = place.arn("logs", format!("log-group:{}", execution_logs::group('*', "*")));
        ["/restapis", "/restapis/*", "/tags/*"].map(|path| place.apigateway(path)).into_iter().chain([logs]).collect()
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let mut pages = cx.apigateway().get_rest_apis().limit(500).into_paginator().send();
        let mut ours = vec![];
        while let Some(page) = pages.next().await {
            ours.extend(page?.items.unwrap_or_default().into_iter().filter(|api| owned(cx, api)));
        }
        let apis = try_join_all(ours.into_iter().map(|api| describe(cx, api))).await?;
        Ok(apis.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        match found(cx.apigateway().get_rest_api().rest_api_id(id).send().await.map_err(Error::from))? {
            Some(api) => describe(cx, listed(api)).await,
            None => Ok(None),
        }
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let mut pages = cx.apigateway().get_rest_apis().limit(500).into_paginator().send();
        let mut ids = vec![];
        while let Some(page) = pages.next().await {
            let named = page?.items.unwrap_or_default().into_iter().filter(|one| one.name.as_ref() == Some(&self.name));
            ids.extend(named.filter_map(|one| one.id));
        }
        Ok(ids)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let endpoint = EndpointConfiguration::builder()
            .types(EndpointType::from(self.endpoint.word()))
            .set_ip_address_type(self.ip_address_type.as_deref().map(Into::into))
            .set_vpc_endpoint_ids(listing(self.vpc_endpoints.iter().map(|endpoint| endpoint.value())));
        let call = cx.apigateway().create_rest_api().name(&self.name).endpoint_configuration(endpoint.build());
        let call = call.set_description(Some(self.description.clone()).filter(|text| !text.is_empty()));
        let call = call.api_key_source(ApiKeySourceType::from(self.api_key_source.word()));
        let call = call.set_minimum_compression_size(self.minimum_compression_bytes);
        let call = call.set_binary_media_types(listing(self.binary_media_types.iter()));
        let call = call.disable_execute_api_endpoint(self.disable_execute_api_endpoint);
        let call = call.set_policy(self.policy.as_ref().map(Policy::to_json));
        let call = call.set_security_policy(self.security_policy.as_deref().map(Into::into));
        let call = call.set_endpoint_access_mode(self.endpoint_access_mode.as_deref().map(Into::into));
        let answer = call.set_tags(Some(cx.tags().into_iter().collect())).send().await?;
        answer.id.ok_or_else(|| Error::unreadable("the API's id"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        if ["routes", "bare_paths", "gateway_responses"].iter().any(|field| changes.touch(field)) {
            let document = openapi::document(self)?.to_string();
            let call = cx.apigateway().put_rest_api().rest_api_id(&live.id).mode(PutMode::Overwrite);
            call.body(Blob::new(document)).send().await?;
            return Ok(());
        }
        let patch = self.patch(&live.spec, changes);
        if !patch.is_empty() {
            let call = cx.apigateway().update_rest_api().rest_api_id(&live.id);
            call.set_patch_operations(patch.into_operations()).send().await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        // Once the API is gone, nothing tells whose they were.
        execution_logs::clear(cx, &live.id).await?;
        let call = cx.apigateway().delete_rest_api().rest_api_id(&live.id);
        found(call.send().await.map_err(Error::from)).map(drop)
    }
}

impl RestApi {
    /// The digest of everything that a deployment takes a snapshot of, 32 hexadecimal digits. It is
    /// the output `definition` of the live API, where references are resolved.
    pub fn digest(&self) -> String {
        let tree = crate::resource::tree::of(&tree::snapshot(self)).map(|tree| crate::resource::tree::plain(&tree));
        let text = tree.map(|value| value.to_string()).unwrap_or_default();
        Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The changes outside of the tree.
    fn patch(&self, live: &Self, changes: &Changes) -> Patch {
        let mut patch = Patch::default();
        if changes.touch("name") {
            patch.replace("/name", &self.name);
        }
        if changes.touch("description") {
            patch.text("/description", &self.description);
        }
        if changes.touch("endpoint") {
            patch.replace("/endpointConfiguration/types/0", self.endpoint.word());
        }
        if changes.touch("vpc_endpoints") {
            for gone in live.vpc_endpoints.iter().filter(|endpoint| !self.vpc_endpoints.contains(endpoint)) {
                patch.remove("/endpointConfiguration/vpcEndpointIds", Some(gone.to_string()));
            }
            for new in self.vpc_endpoints.iter().filter(|endpoint| !live.vpc_endpoints.contains(endpoint)) {
                patch.add("/endpointConfiguration/vpcEndpointIds", Some(new.to_string()));
            }
        }
        if let (true, Some(kind)) = (changes.touch("ip_address_type"), &*self.ip_address_type) {
            patch.replace("/endpointConfiguration/ipAddressType", kind);
        }
        if let (true, Some(policy)) = (changes.touch("security_policy"), &*self.security_policy) {
            patch.replace("/securityPolicy", policy);
        }
        if let (true, Some(mode)) = (changes.touch("endpoint_access_mode"), &*self.endpoint_access_mode) {
            patch.replace("/endpointAccessMode", mode);
        }
        if changes.touch("disable_execute_api_endpoint") {
            patch.replace("/disableExecuteApiEndpoint", self.disable_execute_api_endpoint);
        }
        if changes.touch("api_key_source") {
            patch.replace("/apiKeySource", self.api_key_source.word());
        }
        match self.minimum_compression_bytes {
            _ if !changes.touch("minimum_compression_bytes") => {}
            Some(size) => patch.replace("/minimumCompressionSize", size),
            None => patch.clear("/minimumCompressionSize"),
        }
        if changes.touch("binary_media_types") {
            let path = |content_type: &String| format!("/binaryMediaTypes/{}", escaped(content_type));
            for gone in live.binary_media_types.iter().filter(|kind| !self.binary_media_types.contains(kind)) {
                patch.remove(path(gone), None);
            }
            for new in self.binary_media_types.iter().filter(|kind| !live.binary_media_types.contains(kind)) {
                patch.add(path(new), None);
            }
        }
        if changes.touch("policy") {
            patch.replace("/policy", self.policy.as_ref().map(Policy::to_json).unwrap_or_default());
        }
        patch
    }
}

impl Endpoint {
    fn word(self) -> &'static str {
        match self {
            Self::Edge => "EDGE",
            Self::Regional => "REGIONAL",
            Self::Private => "PRIVATE",
        }
    }
}

impl ApiKeySource {
    fn word(self) -> &'static str {
        match self {
            Self::Header => "HEADER",
            Self::Authorizer => "AUTHORIZER",
        }
    }
}

fn listing<T: ToString>(items: impl Iterator<Item = T>) -> Option<Vec<String>> {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    (!items.is_empty()).then_some(items)
}

fn owned(cx: &Cx, api: &types::RestApi) -> bool {
    let tags = api.tags.iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    cx.owner(RestApi::NAME, &tags).is_some()
}

/// One API as the list of them gives it.
fn listed(api: aws_sdk_apigateway::operation::get_rest_api::GetRestApiOutput) -> types::RestApi {
    types::RestApi::builder()
        .set_id(api.id)
        .set_name(api.name)
        .set_description(api.description)
        .set_binary_media_types(api.binary_media_types)
        .set_minimum_compression_size(api.minimum_compression_size)
        .set_api_key_source(api.api_key_source)
        .set_endpoint_configuration(api.endpoint_configuration)
        .set_policy(api.policy)
        .set_tags(api.tags)
        .disable_execute_api_endpoint(api.disable_execute_api_endpoint)
        .set_security_policy(api.security_policy)
        .set_endpoint_access_mode(api.endpoint_access_mode)
        .set_api_status(api.api_status)
        .set_api_status_message(api.api_status_message)
        .build()
}

async fn describe(cx: &Cx, api: types::RestApi) -> aws::Result<Option<Live<RestApi>>> {
    let id = api.id.ok_or_else(|| Error::unreadable("an API's id"))?;
    let (tree, responses) = futures::join!(tree::routes(cx, &id), gateway_response::read(cx, &id));
    let (Some((routes, bare_paths)), Some(gateway_responses)) = (found(tree)?, found(responses)?) else {
        return Ok(None);
    };
    let endpoint = api.endpoint_configuration;
    let kind = endpoint.as_ref().and_then(|endpoint| endpoint.types().first()).map(|kind| tree::parsed(kind.as_str()));
    let ip_address_type =
        endpoint.as_ref().and_then(|endpoint| endpoint.ip_address_type()).map(|kind| kind.as_str().to_owned());
    let vpc_endpoints = endpoint.as_ref().map(|endpoint| endpoint.vpc_endpoint_ids()).unwrap_or_default();
    let spec = RestApi {
        name: api.name.unwrap_or_default(),
        description: api.description.unwrap_or_default(),
        endpoint: kind.transpose()?.unwrap_or_default(),
        vpc_endpoints: vpc_endpoints.iter().map(Ref::existing).collect(),
        ip_address_type: Auto(ip_address_type),
        security_policy: Auto(api.security_policy.map(|policy| policy.as_str().to_owned())),
        endpoint_access_mode: Auto(api.endpoint_access_mode.map(|mode| mode.as_str().to_owned())),
        disable_execute_api_endpoint: api.disable_execute_api_endpoint,
        api_key_source: api.api_key_source.map(|source| tree::parsed(source.as_str())).transpose()?.unwrap_or_default(),
        minimum_compression_bytes: api.minimum_compression_size,
        binary_media_types: Set(api.binary_media_types.unwrap_or_default()),
        policy: api.policy.as_deref().and_then(|text| policy(cx, &id, text)),
        routes,
        bare_paths,
        gateway_responses,
    };
    // Only a change of endpoint or TLS settings fails: the API goes on working, and shows the difference.
    let undone = api.api_status.as_ref().filter(|state| **state == ApiStatus::Failed).map(|state| {
        let reason = api.api_status_message.as_deref().filter(|reason| !reason.is_empty());
        format!("{}: {}", state.as_str(), reason.unwrap_or("AWS gives no reason"))
    });
    let status = match api.api_status {
        Some(state @ (ApiStatus::Updating | ApiStatus::Pending)) => Status::Pending(state.as_str().to_owned()),
        _ => Status::Ready,
    };
    let (arn, definition) = (arn(cx, &id), spec.digest());
    let live = Live::new(&id, spec).output("arn", arn).output("execution_arn", cx.arn("execute-api", &id));
    let live = live.output("definition", definition).tagged(cx, api.tags.unwrap_or_default());
    Ok(Some(live.status(status).undone(undone)))
}

fn arn(cx: &Cx, id: &str) -> String {
    cx.place().apigateway(format!("/restapis/{id}"))
}

/// AWS escapes the quotes of a policy, and writes the API's ARN where the policy says `execute-api:/`.
fn policy(cx: &Cx, id: &str, text: &str) -> Option<Policy> {
    let own = format!("{}/", cx.arn("execute-api", id));
    let plain = serde_json::from_str::<String>(&format!("\"{text}\"")).unwrap_or_else(|_| text.to_owned());
    Policy::parse(&plain.replace(&own, "execute-api:/"))
}
