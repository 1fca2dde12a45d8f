//! `apigateway/stage`: a stage of a REST API with its deployment (AWS.md §5).

use super::canary::{self, Canary};
use super::deployment::{self, Deployed, Label};
use super::method_settings::{MethodSettings, settings_key, settings_path};
use super::patch::{Patch, escaped};
use super::rest_api::{Definition, RestApi};
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::kinds::logs::log_group::LogGroup;
use crate::resource::{
    Actions, Arn, Changes, Fixed, Kind, Live, Named, Needs, Place, Ref, Retry, Status, Typical, Verb,
};
use aws_sdk_apigateway::types::{CacheClusterSize, CacheClusterStatus, Stage as Found};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A stage of a REST API with its deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// 1 to 128 of `A-Z a-z 0-9 _ -`; unique within the API; the first part of its URLs' path.
    pub name: Fixed<String>,
    /// The API.
    pub api: Fixed<Ref<RestApi>>,
    /// What is deployed, as the digest of the API's routes: `Ref::to(<the API's name>)`. A change of
    /// any route changes it and so makes a new deployment. A change that somebody made behind our
    /// back and that is put back does not: the snapshot that is deployed never had it. Any other
    /// text is a label of the user's own, and only a new label makes a new deployment.
    pub definition: Ref<RestApi, Definition>,
    /// Free text; may be empty.
    #[serde(default)]
    pub description: String,
    /// Values that mappings may use as `stageVariables.<name>`.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Whether requests are traced with X-Ray.
    #[serde(default)]
    pub tracing: bool,
    /// One line of log for each request; needs `apigateway/account`.
    #[serde(default)]
    pub access_log: Option<AccessLog>,
    /// The size of the stage's cache in GB: `0.5`, `1.6`, `6.1`, `13.5`, `28.4`, `58.2`, `118` or
    /// `237`; none has no cache.
    #[serde(default)]
    pub cache_cluster_gb: Option<String>,
    /// The certificate with which API Gateway identifies itself to HTTP backends.
    #[serde(default)]
    pub client_certificate: Option<String>,
    /// Settings by route, such as `GET /streams`; `*/*` for all routes.
    #[serde(default)]
    pub method_settings: BTreeMap<String, MethodSettings>,
    /// A part of the traffic that is answered in another way.
    #[serde(default)]
    pub canary: Option<Canary>,
    /// The version of the API's documentation that belongs to it.
    #[serde(default)]
    pub documentation_version: Option<String>,
    /// What must exist first: the `apigateway/account` where requests are logged.
    #[serde(default)]
    pub needs: Needs,
}

/// One line of log for each request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessLog {
    /// The log group, without `:*` at the end; or a Firehose stream `amazon-apigateway-*`, by ARN.
    pub destination: Ref<LogGroup, Arn>,
    /// One line with `$context` variables, among them `$context.requestId` or
    /// `$context.extendedRequestId`.
    pub format: String,
}

impl Named for Stage {
    const NAME: &'static str = "apigateway/stage";
}

/// What API Gateway says of a deployment that is not there; the API model has no word of it.
const GONE: &str = "Deployment id does not exist";

impl Kind for Stage {
    const OUTPUTS: &'static [&'static str] = &["arn", "invoke_url", "deployment"];
    const VOLATILE: &'static [&'static str] = &["deployment"];
    const TAGGING: Tagging = Tagging::ApiGateway;
    const ACTIONS: Actions = Actions {
        read: &["apigateway:GET"],
        create: &["apigateway:POST", "apigateway:PUT"],
        update: &["apigateway:POST", "apigateway:PUT", "apigateway:PATCH", "apigateway:DELETE"],
        delete: &["apigateway:DELETE"],
        dependent: &[],
    };
    const TYPICAL: Typical = Typical::seconds(10, 10, 5);
    const RETRY: &'static [Retry] = &[
        Retry {
            code: "BadRequestException",
            message: "Active stages pointing to this deployment",
            during: Duration::from_secs(60),
        },
        Retry {
            code: "BadRequestException",
            message: "CloudWatch Logs role ARN must be set",
            during: Duration::from_secs(120),
        },
        // Routes that were made a moment ago, and that reads do not show yet.
        Retry { code: "ApiChanged", message: "", during: Duration::from_secs(90) },
        // A deployment that was deleted a moment ago, and that reads still show.
        Retry { code: "BadRequestException", message: "Deployment id does not exist", during: Duration::from_secs(60) },
    ];

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        ["/restapis/*", "/tags/*"].map(|path| place.apigateway(path)).into()
    }

    fn natural_id(&self) -> Option<String> {
        Some(format!("{}/{}", *self.api, *self.name))
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        // The stack's own APIs, and those of others that have a stage of the stack.
        let (apis, index) = (cx.listed::<RestApi>().await?, cx.tag_index().await?);
        let mut ids: BTreeSet<String> = apis.iter().map(|api| api.id.clone()).collect();
        ids.extend(index.keys().filter_map(|arn| {
            let (api, _) = arn.split_once("::/restapis/")?.1.split_once("/stages/")?;
            Some(api.to_owned())
        }));
        let all = try_join_all(ids.iter().map(|id| stages(cx, id))).await?;
        Ok(all.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let Some((api, name)) = id.split_once('/') else { return Ok(None) };
        let Some(deployed) = Deployed::read(cx, api).await? else { return Ok(None) };
        let stage = deployed.stages.iter().find(|stage| stage.stage_name.as_deref() == Some(name));
        stage.map(|stage| describe(cx, api, &deployed, stage)).transpose()
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let api = self.api.value();
        let deployed = Deployed::read(cx, api).await?.ok_or_else(|| Error::unreadable("the stage's API"))?;
        let deployment = deployment::make(cx, api, &deployed, &self.label(cx)).await?;
        let call = cx.apigateway().create_stage().rest_api_id(api).stage_name(&*self.name).deployment_id(deployment);
        let call = call.set_description(Some(self.description.clone()).filter(|text| !text.is_empty()));
        let call = call.set_variables(Some(self.variables.clone().into_iter().collect()));
        let call = call.tracing_enabled(self.tracing).cache_cluster_enabled(self.cache_cluster_gb.is_some());
        let call = call.set_cache_cluster_size(self.cache_cluster_gb.as_deref().map(CacheClusterSize::from));
        call.set_tags(Some(cx.tags().into_iter().collect())).send().await?;
        Ok(format!("{api}/{}", *self.name))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        let api = self.api.value();
        let mut patch = self.patch(&live.spec, changes)?;
        let before = live.outputs.get("deployment").cloned().unwrap_or_default();
        let mut shown = before.clone();
        if changes.touch("definition") {
            let deployed = Deployed::read(cx, api).await?.ok_or_else(|| Error::unreadable("the stage's API"))?;
            let stage = deployed.stages.iter().find(|stage| stage.stage_name.as_ref() == Some(&*self.name));
            let (now, spare) = stage.map(|stage| deployed.of(stage)).unwrap_or_default();
            if now == self.definition.value() {
                deployment::clear(cx, api, spare).await?;
            } else {
                shown = deployment::make(cx, api, &deployed, &self.label(cx)).await?;
                patch.replace("/deploymentId", &shown);
            }
        }
        canary::patch(self.canary.as_ref(), live.spec.canary.as_ref(), (&before, &shown), &mut patch);
        if !patch.is_empty() {
            let call = cx.apigateway().update_stage().rest_api_id(api).stage_name(&*self.name);
            let answer = call.set_patch_operations(patch.into_operations()).send().await.map_err(Error::from);
            if answer.as_ref().is_err_and(|error| error.is("BadRequestException", GONE)) {
                cx.forget(&shown);
            }
            answer?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let (api, name) = (live.spec.api.value(), &*live.spec.name);
        let call = cx.apigateway().delete_stage().rest_api_id(api).stage_name(name);
        found(call.send().await.map_err(Error::from))?;
        let own = Deployed::read(cx, api).await?.map(|deployed| deployed.own).unwrap_or_default();
        let ids = own.into_iter().filter(|(_, label)| label.stage == *name).map(|(id, _)| id);
        deployment::clear(cx, api, ids).await
    }
}

impl Stage {
    fn label(&self, cx: &Cx) -> Label {
        let (stage, definition) = (self.name.0.clone(), self.definition.value().to_owned());
        Label { stage, definition, stack: cx.stack().into(), name: cx.acting_name().into() }
    }

    /// The changes of everything but the deployment.
    fn patch(&self, live: &Self, changes: &Changes) -> aws::Result<Patch> {
        let mut patch = Patch::default();
        if changes.touch("description") {
            patch.replace("/description", &self.description);
        }
        if changes.touch("variables") {
            let path = |name: &String| format!("/variables/{}", escaped(name));
            for gone in live.variables.keys().filter(|name| !self.variables.contains_key(*name)) {
                patch.remove(path(gone), None);
            }
            for (name, value) in self.variables.iter().filter(|(name, value)| live.variables.get(*name) != Some(value))
            {
                patch.replace(path(name), value);
            }
        }
        if changes.touch("tracing") {
            patch.replace("/tracingEnabled", self.tracing);
        }
        match &self.access_log {
            _ if !changes.touch("access_log") => {}
            None => patch.remove("/accessLogSettings", None),
            Some(AccessLog { destination, format }) => {
                patch.replace("/accessLogSettings/destinationArn", destination.value());
                patch.replace("/accessLogSettings/format", format);
            }
        }
        match &self.cache_cluster_gb {
            _ if !changes.touch("cache_cluster_gb") => {}
            None => patch.replace("/cacheClusterEnabled", false),
            Some(size) => {
                patch.replace("/cacheClusterSize", size);
                patch.replace("/cacheClusterEnabled", true);
            }
        }
        if changes.touch("client_certificate") {
            patch.replace("/clientCertificateId", self.client_certificate.as_deref().unwrap_or_default());
        }
        if changes.touch("documentation_version") {
            patch.replace("/documentationVersion", self.documentation_version.as_deref().unwrap_or_default());
        }
        if changes.touch("method_settings") {
            for gone in live.method_settings.keys().filter(|key| !self.method_settings.contains_key(*key)) {
                patch.remove(settings_path(gone)?, None);
            }
            for (key, settings) in &self.method_settings {
                settings.patch(&settings_path(key)?, live.method_settings.get(key), &mut patch);
            }
        }
        Ok(patch)
    }
}

/// The stack's stages of the API `api`, and what interrupted runs left of others.
async fn stages(cx: &Cx, api: &str) -> aws::Result<Vec<Live<Stage>>> {
    let Some(deployed) = Deployed::read(cx, api).await? else { return Ok(vec![]) };
    let stages = deployed.stages.iter().map(|stage| describe(cx, api, &deployed, stage));
    let mut stages = stages.collect::<aws::Result<Vec<_>>>()?;
    stages.retain(|stage| stage.owner.is_some());
    let orphans: BTreeMap<&str, &Label> = deployed.orphans().map(|label| (label.stage.as_str(), label)).collect();
    stages.extend(orphans.into_values().map(|label| orphan(api, label)));
    Ok(stages)
}

/// A deployment whose stage was not made, or is deleted already.
fn orphan(api: &str, label: &Label) -> Live<Stage> {
    let spec = Stage {
        name: Fixed(label.stage.clone()),
        api: Fixed(Ref::existing(api)),
        definition: Ref::existing(&label.definition),
        description: String::new(),
        variables: BTreeMap::new(),
        tracing: false,
        access_log: None,
        cache_cluster_gb: None,
        client_certificate: None,
        method_settings: BTreeMap::new(),
        canary: None,
        documentation_version: None,
        needs: Needs::default(),
    };
    let why = "there is a deployment, but no stage: an earlier run was interrupted";
    Live::new(format!("{api}/{}", label.stage), spec).owned_as(&label.name).status(Status::Failed(why.into()))
}

fn describe(cx: &Cx, api: &str, deployed: &Deployed, stage: &Found) -> aws::Result<Live<Stage>> {
    let (mut definition, spare) = deployed.of(stage);
    if !spare.is_empty() {
        definition = format!("{definition} (and superseded: {})", spare.join(", "));
    }
    let stage = stage.clone();
    let name = stage.stage_name.ok_or_else(|| Error::unreadable("a stage's name"))?;
    let settings = stage.method_settings.unwrap_or_default().into_iter();
    let settings = settings.map(|(key, settings)| Ok((settings_key(&key), MethodSettings::of(settings)?)));
    let access_log = stage.access_log_settings.map(|log| AccessLog {
        destination: Ref::existing(log.destination_arn.unwrap_or_default()),
        format: log.format.unwrap_or_default(),
    });
    let spec = Stage {
        name: Fixed(name.clone()),
        api: Fixed(Ref::existing(api)),
        definition: Ref::existing(definition),
        description: stage.description.unwrap_or_default(),
        variables: stage.variables.unwrap_or_default().into_iter().collect(),
        tracing: stage.tracing_enabled,
        access_log,
        // AWS goes on showing the size of a cache that is gone.
        cache_cluster_gb: stage
            .cache_cluster_size
            .filter(|_| stage.cache_cluster_enabled)
            .map(|size| size.as_str().to_owned()),
        client_certificate: stage.client_certificate_id.filter(|id| !id.is_empty()),
        method_settings: settings.collect::<aws::Result<_>>()?,
        canary: stage.canary_settings.map(|found| Canary::of(found, stage.deployment_id.as_deref())),
        documentation_version: stage.documentation_version.filter(|version| !version.is_empty()),
        needs: Needs::default(),
    };
    let status = match stage.cache_cluster_status {
        Some(state @ (CacheClusterStatus::CreateInProgress | CacheClusterStatus::DeleteInProgress)) => {
            Status::Pending(format!("cache {}", state.as_str()))
        }
        _ => Status::Ready,
    };
    let (partition, region) = (cx.partition(), cx.region());
    let domain = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    let live = Live::new(format!("{api}/{name}"), spec)
        .output("arn", cx.place().apigateway(format!("/restapis/{api}/stages/{name}")))
        .output("invoke_url", format!("https://{api}.execute-api.{region}.{domain}/{name}"))
        .output("deployment", stage.deployment_id.unwrap_or_default());
    Ok(live.tagged(cx, stage.tags.unwrap_or_default()).status(status))
}
