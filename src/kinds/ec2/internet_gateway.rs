//! `ec2/internet-gateway`: an internet gateway with its attachment (AWS.md §1.3).

use super::tags;
use super::vpc::Vpc;
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::resource::{Actions, Changes, Kind, Live, Named, Ref, Retry, Typical};
use aws_sdk_ec2::types::{InternetGateway as Description, ResourceType};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// An internet gateway with its attachment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InternetGateway {
    /// The VPC it is attached to, which can have no other one. Empty in what AWS reports as long as
    /// it is attached to none.
    pub vpc: Ref<Vpc>,
}

impl Named for InternetGateway {
    const NAME: &'static str = "ec2/internet-gateway";
}

impl Kind for InternetGateway {
    const TAGGING: Tagging = Tagging::Ec2;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeInternetGateways"],
        create: &["ec2:CreateInternetGateway", "ec2:CreateTags"],
        update: &["ec2:AttachInternetGateway", "ec2:DetachInternetGateway", "ec2:CreateTags", "ec2:DeleteTags"],
        delete: &["ec2:DetachInternetGateway", "ec2:DeleteInternetGateway"],
        dependent: &[],
    };
    const TYPICAL: Typical = Typical::seconds(2, 2, 5);
    // What was made just now is not known everywhere.
    const RETRY: &'static [Retry] = &[
        Retry { code: "InvalidVpcID.NotFound", message: "", during: Duration::from_secs(60) },
        Retry { code: "InvalidInternetGatewayID.NotFound", message: "", during: Duration::from_secs(60) },
    ];

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let mut pages = cx.ec2().describe_internet_gateways().filters(tags::ours(cx)).into_paginator().send();
        let mut all = vec![];
        while let Some(page) = pages.next().await {
            all.extend(page?.internet_gateways.unwrap_or_default());
        }
        all.into_iter().map(|gateway| live(cx, gateway)).collect()
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let answer = cx.ec2().describe_internet_gateways().internet_gateway_ids(id).send().await.map_err(Error::from);
        let gateway = found(answer)?.and_then(|answer| answer.internet_gateways?.pop());
        gateway.map(|gateway| live(cx, gateway)).transpose()
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let like = [tags::filter("attachment.vpc-id", [self.vpc.value()])];
        let mut pages = cx.ec2().describe_internet_gateways().set_filters(Some(like.into())).into_paginator().send();
        let mut ids = vec![];
        while let Some(page) = pages.next().await {
            ids.extend(
                page?.internet_gateways.unwrap_or_default().into_iter().filter_map(|one| one.internet_gateway_id),
            );
        }
        Ok(ids)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = cx.ec2().create_internet_gateway();
        let call = call.tag_specifications(tags::specification(cx, ResourceType::InternetGateway));
        let gateway = call.send().await?.internet_gateway;
        gateway.and_then(|gateway| gateway.internet_gateway_id).ok_or_else(|| Error::unreadable("the gateway's id"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, _changes: &Changes) -> aws::Result<()> {
        detach(cx, live).await?;
        let call = cx.ec2().attach_internet_gateway().internet_gateway_id(&live.id).vpc_id(self.vpc.value());
        match call.send().await.map_err(Error::from) {
            // The answer to an earlier attempt got lost.
            Err(error) if error.code == "Resource.AlreadyAssociated" => match Self::read(cx, &live.id).await? {
                Some(now) if now.spec.vpc == self.vpc => Ok(()),
                _ => Err(error),
            },
            other => other.map(drop),
        }
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        detach(cx, live).await?;
        let call = cx.ec2().delete_internet_gateway().internet_gateway_id(&live.id);
        found(call.send().await.map_err(Error::from)).map(drop)
    }
}

/// Takes it off the VPC it is attached to; not attached is success.
async fn detach(cx: &Cx, live: &Live<InternetGateway>) -> aws::Result<()> {
    let vpc = live.spec.vpc.value();
    if vpc.is_empty() {
        return Ok(());
    }
    let call = cx.ec2().detach_internet_gateway().internet_gateway_id(&live.id).vpc_id(vpc);
    match call.send().await.map_err(Error::from) {
        Err(error) if error.code == "Gateway.NotAttached" => Ok(()),
        other => found(other).map(drop),
    }
}

fn live(cx: &Cx, gateway: Description) -> aws::Result<Live<InternetGateway>> {
    let id = gateway.internet_gateway_id.ok_or_else(|| Error::unreadable("the gateway's id"))?;
    let vpc = gateway.attachments.unwrap_or_default().into_iter().find_map(|attachment| attachment.vpc_id);
    let spec = InternetGateway { vpc: Ref::existing(vpc.unwrap_or_default()) };
    let arn = cx.arn("ec2", format_args!("internet-gateway/{id}"));
    Ok(Live::new(id, spec).output("arn", arn).tagged(cx, tags::pairs(gateway.tags)))
}
