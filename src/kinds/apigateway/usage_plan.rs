//! `apigateway/usage-plan`: who may call how often, with its keys (AWS.md §5).

use super::api_key::ApiKey;
use super::patch::Patch;
use super::stage::Stage;
use super::{route, tree};
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::resource::{Actions, Changes, Kind, Live, Named, Place, Ref, Set, Typical, Verb};
use aws_sdk_apigateway::types::{self, ApiStage, QuotaSettings, ThrottleSettings};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who may call how often, with its keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsagePlan {
    /// Not unique.
    pub name: String,
    /// Free text; may be empty.
    #[serde(default)]
    pub description: String,
    /// The stages it opens.
    #[serde(default)]
    pub stages: Set<PlanStage>,
    /// How fast one key may call.
    #[serde(default)]
    pub throttle: Option<Throttle>,
    /// How often one key may call within a period.
    #[serde(default)]
    pub quota: Option<Quota>,
    /// The product at AWS Marketplace.
    #[serde(default)]
    pub product_code: Option<String>,
    /// The keys that callers may use.
    #[serde(default)]
    pub keys: Set<Ref<ApiKey>>,
}

/// A stage that a usage plan opens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanStage {
    /// The stage.
    pub stage: Ref<Stage>,
    /// Limits of single routes, such as `GET /streams`.
    #[serde(default)]
    pub throttle: BTreeMap<String, Throttle>,
}

/// How fast one key may call.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// Requests a second.
    pub rate_limit: f64,
    /// Requests at once.
    pub burst_limit: i32,
}

/// How often one key may call within a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Requests in a period.
    pub limit: i32,
    /// The period.
    pub period: Period,
    /// Requests taken off the first period.
    #[serde(default)]
    pub offset: i32,
}

/// The period of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Period {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
}

impl Named for UsagePlan {
    const NAME: &'static str = "apigateway/usage-plan";
}

impl Kind for UsagePlan {
    const TAGGING: Tagging = Tagging::ApiGateway;
    const ACTIONS: Actions = Actions {
        read: &["apigateway:GET"],
        create: &["apigateway:POST", "apigateway:PUT"],
        update: &["apigateway:POST", "apigateway:PUT", "apigateway:PATCH", "apigateway:DELETE"],
        delete: &["apigateway:PATCH", "apigateway:DELETE"],
        dependent: &[],
    };
    // A plan can be changed once in 20 seconds.
    const TYPICAL: Typical = Typical::seconds(5, 20, 20);

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        ["/usageplans", "/usageplans/*", "/tags/*"].map(|path| place.apigateway(path)).into()
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let mut pages = cx.apigateway().get_usage_plans().limit(500).into_paginator().send();
        let mut ours = vec![];
        while let Some(page) = pages.next().await {
            ours.extend(page?.items.unwrap_or_default().into_iter().filter(|plan| owned(cx, plan)));
        }
        let plans = try_join_all(ours.into_iter().map(|plan| describe(cx, plan))).await?;
        Ok(plans.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let answer = cx.apigateway().get_usage_plan().usage_plan_id(id).send().await.map_err(Error::from);
        let Some(plan) = found(answer)? else { return Ok(None) };
        let plan = types::UsagePlan::builder()
            .set_id(plan.id)
            .set_name(plan.name)
            .set_description(plan.description)
            .set_api_stages(plan.api_stages)
            .set_throttle(plan.throttle)
            .set_quota(plan.quota)
            .set_product_code(plan.product_code)
            .set_tags(plan.tags);
        describe(cx, plan.build()).await
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let mut pages = cx.apigateway().get_usage_plans().limit(500).into_paginator().send();
        let mut ids = vec![];
        while let Some(page) = pages.next().await {
            let named = page?.items.unwrap_or_default().into_iter().filter(|one| one.name.as_ref() == Some(&self.name));
            ids.extend(named.filter_map(|one| one.id));
        }
        Ok(ids)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let stages = self.stages.iter().map(|stage| stage.build());
        let call = cx.apigateway().create_usage_plan().name(&self.name);
        let call = call.set_description(Some(self.description.clone()).filter(|text| !text.is_empty()));
        let call = call.set_api_stages(Some(stages.collect::<aws::Result<_>>()?));
        let call = call.set_throttle(self.throttle.map(Throttle::build)).set_quota(self.quota.map(Quota::build));
        let answer = call.set_tags(Some(cx.tags().into_iter().collect())).send().await?;
        answer.id.ok_or_else(|| Error::unreadable("the plan's id"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        if changes.touch("keys") {
            for gone in live.spec.keys.iter().filter(|key| !self.keys.contains(key)) {
                let call = cx.apigateway().delete_usage_plan_key().usage_plan_id(&live.id).key_id(gone.value());
                found(call.send().await.map_err(Error::from))?;
            }
            for new in self.keys.iter().filter(|key| !live.spec.keys.contains(key)) {
                let call = cx.apigateway().create_usage_plan_key().usage_plan_id(&live.id).key_id(new.value());
                call.key_type("API_KEY").send().await?;
            }
        }
        let patch = self.patch(&live.spec, changes)?;
        if !patch.is_empty() {
            let call = cx.apigateway().update_usage_plan().usage_plan_id(&live.id);
            call.set_patch_operations(patch.into_operations()).send().await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        // A plan that opens stages cannot be deleted.
        let mut patch = Patch::default();
        for stage in live.spec.stages.iter() {
            patch.remove("/apiStages", Some(stage.path()?));
        }
        if !patch.is_empty() {
            let call = cx.apigateway().update_usage_plan().usage_plan_id(&live.id);
            let answer = call.set_patch_operations(patch.into_operations()).send().await;
            found(answer.map_err(Error::from))?;
        }
        let call = cx.apigateway().delete_usage_plan().usage_plan_id(&live.id);
        found(call.send().await.map_err(Error::from)).map(drop)
    }
}

impl UsagePlan {
    fn patch(&self, live: &Self, changes: &Changes) -> aws::Result<Patch> {
        let mut patch = Patch::default();
        if changes.touch("name") {
            patch.replace("/name", &self.name);
        }
        if changes.touch("description") {
            patch.replace("/description", &self.description);
        }
        if changes.touch("stages") {
            for gone in live.stages.iter().filter(|stage| !self.stages.contains(stage)) {
                patch.remove("/apiStages", Some(gone.path()?));
            }
            for new in self.stages.iter().filter(|stage| !live.stages.contains(stage)) {
                let path = new.path()?;
                patch.add("/apiStages", Some(path.clone()));
                for (key, limits) in &new.throttle {
                    let at = format!("/apiStages/{path}/throttle/{}", throttle_key(key)?);
                    patch.replace(format!("{at}/rateLimit"), limits.rate_limit);
                    patch.replace(format!("{at}/burstLimit"), limits.burst_limit);
                }
            }
        }
        match self.throttle {
            _ if !changes.touch("throttle") => {}
            None => patch.remove("/throttle", None),
            Some(limits) => {
                patch.replace("/throttle/rateLimit", limits.rate_limit);
                patch.replace("/throttle/burstLimit", limits.burst_limit);
            }
        }
        match self.quota {
            _ if !changes.touch("quota") => {}
            None => patch.remove("/quota", None),
            Some(quota) => {
                patch.replace("/quota/limit", quota.limit);
                patch.replace("/quota/offset", quota.offset);
                patch.replace("/quota/period", quota.period.word());
            }
        }
        match &self.product_code {
            _ if !changes.touch("product_code") => {}
            None => patch.remove("/productCode", None),
            Some(code) => patch.add("/productCode", Some(code.clone())),
        }
        Ok(patch)
    }
}

impl PlanStage {
    /// The API's id and the stage's name.
    fn parts(&self) -> aws::Result<(&str, &str)> {
        let text = self.stage.value();
        text.split_once('/').ok_or_else(|| Error::internal(format!("`{text}` is no stage: use `<API id>/<stage>`")))
    }

    fn path(&self) -> aws::Result<String> {
        self.parts().map(|(api, stage)| format!("{api}:{stage}"))
    }

    fn build(&self) -> aws::Result<ApiStage> {
        let (api, stage) = self.parts()?;
        let throttle = self.throttle.iter().map(|(key, limits)| Ok((throttle_key(key)?, limits.build())));
        let throttle = throttle.collect::<aws::Result<std::collections::HashMap<_, _>>>()?;
        let throttle = Some(throttle).filter(|throttle| !throttle.is_empty());
        Ok(ApiStage::builder().api_id(api).stage(stage).set_throttle(throttle).build())
    }
}

/// AWS names a route `/path/METHOD` here.
fn throttle_key(key: &str) -> aws::Result<String> {
    let (method, path) =
        route::parts(key).ok_or_else(|| Error::internal(format!("`{key}` is no route: use `GET /path`")))?;
    Ok(format!("{}/{method}", path.trim_end_matches('/')))
}

impl Throttle {
    fn build(self) -> ThrottleSettings {
        ThrottleSettings::builder().rate_limit(self.rate_limit).burst_limit(self.burst_limit).build()
    }

    fn of(settings: &ThrottleSettings) -> Self {
        Self { rate_limit: settings.rate_limit, burst_limit: settings.burst_limit }
    }
}

impl Quota {
    fn build(self) -> QuotaSettings {
        let quota = QuotaSettings::builder().limit(self.limit).offset(self.offset);
        quota.period(self.period.word().into()).build()
    }
}

impl Period {
    fn word(self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::Week => "WEEK",
            Self::Month => "MONTH",
        }
    }
}

fn owned(cx: &Cx, plan: &types::UsagePlan) -> bool {
    let tags = plan.tags.iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    cx.owner(UsagePlan::NAME, &tags).is_some()
}

async fn describe(cx: &Cx, plan: types::UsagePlan) -> aws::Result<Option<Live<UsagePlan>>> {
    let id = plan.id.ok_or_else(|| Error::unreadable("a plan's id"))?;
    let mut pages = cx.apigateway().get_usage_plan_keys().usage_plan_id(&id).limit(500).into_paginator().send();
    let mut keys = vec![];
    while let Some(page) = pages.next().await {
        let Some(page) = found(page.map_err(Error::from))? else { return Ok(None) };
        keys.extend(page.items.unwrap_or_default().into_iter().filter_map(|key| key.id));
    }
    let quota = plan.quota.map(|quota| {
        let period = quota.period.as_ref().map_or("", |period| period.as_str());
        Ok::<_, Error>(Quota { limit: quota.limit, period: tree::parsed(period)?, offset: quota.offset })
    });
    let stages = plan.api_stages.unwrap_or_default().into_iter().map(|stage| {
        let throttle = stage.throttle.unwrap_or_default().into_iter().filter_map(|(key, limits)| {
            let (path, method) = key.rsplit_once('/')?;
            let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
            Some((format!("{method} {path}"), Throttle::of(&limits)))
        });
        let id = format!("{}/{}", stage.api_id.unwrap_or_default(), stage.stage.unwrap_or_default());
        PlanStage { stage: Ref::existing(id), throttle: throttle.collect() }
    });
    let spec = UsagePlan {
        name: plan.name.unwrap_or_default(),
        description: plan.description.unwrap_or_default(),
        stages: stages.collect(),
        throttle: plan.throttle.as_ref().map(Throttle::of),
        quota: quota.transpose()?,
        product_code: plan.product_code.filter(|code| !code.is_empty()),
        keys: keys.into_iter().map(Ref::existing).collect(),
    };
    let arn = cx.place().apigateway(format!("/usageplans/{id}"));
    Ok(Some(Live::new(id, spec).output("arn", arn).tagged(cx, plan.tags.unwrap_or_default())))
}
