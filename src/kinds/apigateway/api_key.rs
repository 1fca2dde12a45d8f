//! `apigateway/api-key`: a key that callers send as `x-api-key` (AWS.md §5).

use super::patch::Patch;
use crate::aws::{self, Class, Cx, Error, Tagging, found};
use crate::resource::{Actions, Auto, Changes, Fixed, Kind, Live, Named, Place, Secret, Verb};
use aws_sdk_apigateway::types;
use serde::{Deserialize, Serialize};

/// A key that callers send as `x-api-key`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// Not unique.
    pub name: String,
    /// Free text; may be empty.
    #[serde(default)]
    pub description: String,
    /// Whether callers may use it.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The customer's id at AWS Marketplace.
    #[serde(default)]
    pub customer_id: Option<String>,
    /// 20 to 128 characters, unique in account and region; AWS makes one when left out.
    #[serde(default)]
    pub value: Fixed<Auto<Secret<String>>>,
}

fn yes() -> bool {
    true
}

impl Named for ApiKey {
    const NAME: &'static str = "apigateway/api-key";
}

impl Kind for ApiKey {
    const TAGGING: Tagging = Tagging::ApiGateway;
    const ACTIONS: Actions = Actions {
        read: &["apigateway:GET"],
        create: &["apigateway:POST", "apigateway:PUT"],
        update: &["apigateway:PUT", "apigateway:PATCH", "apigateway:DELETE"],
        delete: &["apigateway:DELETE"],
        dependent: &[],
    };

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        ["/apikeys", "/apikeys/*", "/tags/*"].map(|path| place.apigateway(path)).into()
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let mut pages = cx.apigateway().get_api_keys().limit(500).include_values(true).into_paginator().send();
        let mut keys = vec![];
        while let Some(page) = pages.next().await {
            for key in page?.items.unwrap_or_default() {
                let live = describe(cx, key)?;
                keys.extend(Some(live).filter(|live| live.owner.is_some()));
            }
        }
        Ok(keys)
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let call = cx.apigateway().get_api_key().api_key(id).include_value(true);
        let Some(key) = found(call.send().await.map_err(Error::from))? else { return Ok(None) };
        let key = types::ApiKey::builder()
            .set_id(key.id)
            .set_value(key.value)
            .set_name(key.name)
            .set_customer_id(key.customer_id)
            .set_description(key.description)
            .enabled(key.enabled)
            .set_tags(key.tags);
        describe(cx, key.build()).map(Some)
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let mut pages = cx.apigateway().get_api_keys().limit(500).into_paginator().send();
        let mut ids = vec![];
        while let Some(page) = pages.next().await {
            let named = page?.items.unwrap_or_default().into_iter().filter(|one| one.name.as_ref() == Some(&self.name));
            ids.extend(named.filter_map(|one| one.id));
        }
        Ok(ids)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = cx.apigateway().create_api_key().name(&self.name).enabled(self.enabled);
        let call = call.set_description(Some(self.description.clone()).filter(|text| !text.is_empty()));
        let call = call.set_customer_id(self.customer_id.clone());
        let call = call.set_value(self.value.as_ref().map(|value| value.expose().clone()));
        let call = call.set_tags(Some(cx.tags().into_iter().collect()));
        let answer = call.send().await.map_err(Error::from).map_err(taken)?;
        answer.id.ok_or_else(|| Error::unreadable("the key's id"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        let mut patch = Patch::default();
        if changes.touch("name") {
            patch.replace("/name", &self.name);
        }
        if changes.touch("description") {
            patch.replace("/description", &self.description);
        }
        if changes.touch("enabled") {
            patch.replace("/enabled", self.enabled);
        }
        if changes.touch("customer_id") {
            patch.replace("/customerId", self.customer_id.as_deref().unwrap_or_default());
        }
        let call = cx.apigateway().update_api_key().api_key(&live.id);
        call.set_patch_operations(patch.into_operations()).send().await?;
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let call = cx.apigateway().delete_api_key().api_key(&live.id);
        found(call.send().await.map_err(Error::from)).map(drop)
    }
}

/// A conflict about a key is one about its value, which does not pass by itself.
fn taken(error: Error) -> Error {
    let class = if error.is("ConflictException", "already exists") { Class::AlreadyExists } else { error.class };
    Error { class, ..error }
}

fn describe(cx: &Cx, key: types::ApiKey) -> aws::Result<Live<ApiKey>> {
    let id = key.id.ok_or_else(|| Error::unreadable("a key's id"))?;
    let spec = ApiKey {
        name: key.name.unwrap_or_default(),
        description: key.description.unwrap_or_default(),
        enabled: key.enabled,
        customer_id: key.customer_id.filter(|id| !id.is_empty()),
        value: Fixed(Auto(key.value.map(Secret::new))),
    };
    let arn = cx.place().apigateway(format!("/apikeys/{id}"));
    Ok(Live::new(id, spec).output("arn", arn).tagged(cx, key.tags.unwrap_or_default()))
}
