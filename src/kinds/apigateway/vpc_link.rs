//! `apigateway/vpc-link`: the way from API Gateway to a load balancer inside a VPC (AWS.md §5).

use super::patch::Patch;
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::kinds::elb::load_balancer::LoadBalancer;
use crate::resource::{
    Actions, Arn, Changes, Dependent, Fixed, Kind, Live, Named, Place, Ref, Retry, Status, Typical, Verb,
};
use aws_sdk_apigateway::types::{self, VpcLinkStatus};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The way from API Gateway to a load balancer inside a VPC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VpcLink {
    /// Not unique.
    pub name: String,
    /// Free text; may be empty.
    #[serde(default)]
    pub description: String,
    /// The network load balancer; it must be active when the link is made.
    pub target: Fixed<Ref<LoadBalancer, Arn>>,
}

impl Named for VpcLink {
    const NAME: &'static str = "apigateway/vpc-link";
}

/// What API Gateway does with endpoint services.
const SERVICE: &[&str] = &[
    "ec2:CreateVpcEndpointServiceConfiguration",
    "ec2:DeleteVpcEndpointServiceConfigurations",
    "ec2:DescribeVpcEndpointServiceConfigurations",
    "ec2:ModifyVpcEndpointServicePermissions",
];

impl Kind for VpcLink {
    const TAGGING: Tagging = Tagging::ApiGateway;
    const ACTIONS: Actions = Actions {
        read: &["apigateway:GET"],
        create: &["apigateway:POST", "apigateway:PUT"],
        update: &["apigateway:PATCH", "apigateway:PUT", "apigateway:DELETE"],
        delete: &["apigateway:DELETE"],
        dependent: &[
            Dependent::new(SERVICE, Verb::CHANGE, "the link is an endpoint service in front of the load balancer"),
            Dependent::new(
                &["elasticloadbalancing:DescribeLoadBalancers"],
                Verb::CREATE,
                "API Gateway looks at the load balancer",
            ),
        ],
    };
    const TYPICAL: Typical = Typical::seconds(180, 2, 90);
    // The methods that went through it are gone, but API Gateway has not noticed.
    const RETRY: &'static [Retry] =
        &[Retry { code: "BadRequestException", message: "is referenced in", during: Duration::from_secs(120) }];

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        ["/vpclinks", "/vpclinks/*", "/tags/*"].map(|path| place.apigateway(path)).into()
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let mut pages = cx.apigateway().get_vpc_links().limit(500).into_paginator().send();
        let mut links = vec![];
        while let Some(page) = pages.next().await {
            for link in page?.items.unwrap_or_default() {
                let live = describe(cx, link)?;
                links.extend(Some(live).filter(|live| live.owner.is_some()));
            }
        }
        Ok(links)
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let answer = cx.apigateway().get_vpc_link().vpc_link_id(id).send().await.map_err(Error::from);
        let Some(link) = found(answer)? else { return Ok(None) };
        let link = types::VpcLink::builder()
            .set_id(link.id)
            .set_name(link.name)
            .set_description(link.description)
            .set_target_arns(link.target_arns)
            .set_status(link.status)
            .set_status_message(link.status_message)
            .set_tags(link.tags);
        describe(cx, link.build()).map(Some)
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let mut pages = cx.apigateway().get_vpc_links().limit(500).into_paginator().send();
        let mut ids = vec![];
        while let Some(page) = pages.next().await {
            let named = page?.items.unwrap_or_default().into_iter().filter(|one| one.name.as_ref() == Some(&self.name));
            ids.extend(named.filter_map(|one| one.id));
        }
        Ok(ids)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = cx.apigateway().create_vpc_link().name(&self.name).target_arns(self.target.value());
        let call = call.set_description(Some(self.description.clone()).filter(|text| !text.is_empty()));
        let answer = call.set_tags(Some(cx.tags().into_iter().collect())).send().await?;
        answer.id.ok_or_else(|| Error::unreadable("the link's id"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        let mut patch = Patch::default();
        if changes.touch("name") {
            patch.replace("/name", &self.name);
        }
        if changes.touch("description") {
            patch.replace("/description", &self.description);
        }
        let call = cx.apigateway().update_vpc_link().vpc_link_id(&live.id);
        call.set_patch_operations(patch.into_operations()).send().await?;
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let call = cx.apigateway().delete_vpc_link().vpc_link_id(&live.id);
        found(call.send().await.map_err(Error::from)).map(drop)
    }
}

fn describe(cx: &Cx, link: types::VpcLink) -> aws::Result<Live<VpcLink>> {
    let id = link.id.ok_or_else(|| Error::unreadable("a link's id"))?;
    let target = link.target_arns.unwrap_or_default().into_iter().next().unwrap_or_default();
    let (name, description) = (link.name.unwrap_or_default(), link.description.unwrap_or_default());
    let spec = VpcLink { name, description, target: Fixed(Ref::existing(target)) };
    let status = match link.status {
        Some(VpcLinkStatus::Available) => Status::Ready,
        Some(VpcLinkStatus::Deleting) => Status::Deleting,
        Some(VpcLinkStatus::Failed) => {
            let reason = link.status_message.filter(|reason| !reason.is_empty());
            Status::Failed(reason.unwrap_or_else(|| "AWS could not set up the link, and gives no reason".into()))
        }
        other => Status::Pending(other.map_or_else(|| "PENDING".into(), |state| state.as_str().to_owned())),
    };
    let arn = cx.place().apigateway(format!("/vpclinks/{id}"));
    Ok(Live::new(id, spec).output("arn", arn).tagged(cx, link.tags.unwrap_or_default()).status(status))
}
