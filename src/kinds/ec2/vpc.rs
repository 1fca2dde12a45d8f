//! `ec2/vpc`: a VPC with its address blocks and attributes (AWS.md §1.1).

use super::cidr::Cidr;
use super::tags;
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::resource::{Actions, Change, Changes, Effect, Fixed, Kind, Live, Named, Set, Status, To, Typical};
use aws_sdk_ec2::types::{
    AttributeBooleanValue, ResourceType, Tenancy as AwsTenancy, Vpc as Description, VpcAttributeName,
    VpcCidrBlockAssociation, VpcCidrBlockState, VpcCidrBlockStateCode, VpcIpv6CidrBlockAssociation, VpcState,
    VpcTenancy,
};
use futures::future::{try_join_all, try_join3};
use serde::{Deserialize, Serialize};

/// A VPC with its address blocks and attributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// Its IPv4 block, from /16 to /28.
    pub cidr: Fixed<Cidr>,
    /// Further IPv4 blocks, each from /16 to /28.
    #[serde(default)]
    pub secondary_cidrs: Set<Cidr>,
    /// Whether it has an IPv6 block (a /56) of Amazon's.
    #[serde(default)]
    pub ipv6: bool,
    /// Whether names are resolved by the VPC's own server.
    #[serde(default = "yes")]
    pub dns_support: bool,
    /// Whether instances with a public address get a public name. Interface endpoints with private
    /// DNS, MSK and MWAA want this and `dns_support`.
    #[serde(default)]
    pub dns_hostnames: bool,
    /// Whether CloudWatch gets metrics of how many addresses are in use.
    #[serde(default)]
    pub address_usage_metrics: bool,
    /// Whose hardware instances run on. From `dedicated` to `default` it is changed in place.
    #[serde(default)]
    pub tenancy: Tenancy,
}

/// Whose hardware instances run on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tenancy {
    /// Shared with others, unless an instance asks for something else.
    #[default]
    Default,
    /// This account's alone.
    Dedicated,
}

fn yes() -> bool {
    true
}

crate::attribute!(
    /// The IPv6 block, when it has one.
    pub Ipv6Cidr = "ipv6_cidr"
);

impl Named for Vpc {
    const NAME: &'static str = "ec2/vpc";
}

impl Kind for Vpc {
    const OUTPUTS: &'static [&'static str] = &["arn", "ipv6_cidr"];
    const VOLATILE: &'static [&'static str] = &["ipv6_cidr"];
    const TAGGING: Tagging = Tagging::Ec2;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeVpcs", "ec2:DescribeVpcAttribute"],
        create: &["ec2:CreateVpc", "ec2:CreateTags"],
        update: &[
            "ec2:ModifyVpcAttribute",
            "ec2:ModifyVpcTenancy",
            "ec2:AssociateVpcCidrBlock",
            "ec2:DisassociateVpcCidrBlock",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &["ec2:DeleteVpc"],
        dependent: &[],
    };
    const TYPICAL: Typical = Typical::seconds(5, 5, 5);

    fn effect(change: &Change) -> Effect {
        let shared = To::Known("default".into());
        if change.field == "tenancy" && change.to != shared { Effect::Replacement } else { Effect::InPlace }
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let mut pages = cx.ec2().describe_vpcs().filters(tags::ours(cx)).into_paginator().send();
        let mut vpcs = vec![];
        while let Some(page) = pages.next().await {
            vpcs.extend(page?.vpcs.unwrap_or_default());
        }
        let vpcs = vpcs.into_iter().map(|vpc| live(cx, vpc));
        Ok(try_join_all(vpcs).await?.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        match describe(cx, id).await? {
            Some(vpc) => live(cx, vpc).await,
            None => Ok(None),
        }
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let like = [tags::filter("cidr", [self.cidr.to_string()])];
        let mut pages = cx.ec2().describe_vpcs().set_filters(Some(like.into())).into_paginator().send();
        let mut ids = vec![];
        while let Some(page) = pages.next().await {
            ids.extend(page?.vpcs.unwrap_or_default().into_iter().filter_map(|one| one.vpc_id));
        }
        Ok(ids)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = cx.ec2().create_vpc().cidr_block(self.cidr.to_string());
        let call = call.set_amazon_provided_ipv6_cidr_block(self.ipv6.then_some(true));
        let call = match self.tenancy {
            Tenancy::Default => call,
            Tenancy::Dedicated => call.instance_tenancy(AwsTenancy::Dedicated),
        };
        let call = call.tag_specifications(tags::specification(cx, ResourceType::Vpc));
        let vpc = call.send().await?.vpc;
        vpc.and_then(|vpc| vpc.vpc_id).ok_or_else(|| Error::unreadable("the VPC's id"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        let (id, ec2) = (live.id.as_str(), cx.ec2());
        // One attribute a call.
        if changes.touch("dns_support") {
            let call = ec2.modify_vpc_attribute().vpc_id(id);
            call.enable_dns_support(flag(self.dns_support)).send().await?;
        }
        if changes.touch("dns_hostnames") {
            let call = ec2.modify_vpc_attribute().vpc_id(id);
            call.enable_dns_hostnames(flag(self.dns_hostnames)).send().await?;
        }
        if changes.touch("address_usage_metrics") {
            let call = ec2.modify_vpc_attribute().vpc_id(id);
            call.enable_network_address_usage_metrics(flag(self.address_usage_metrics)).send().await?;
        }
        if changes.touch("tenancy") {
            ec2.modify_vpc_tenancy().vpc_id(id).instance_tenancy(VpcTenancy::Default).send().await?;
        }
        if changes.touch("secondary_cidrs") || changes.touch("ipv6") {
            self.update_blocks(cx, id).await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let answer = cx.ec2().delete_vpc().vpc_id(&live.id).send().await.map_err(Error::from);
        found(answer).map(drop)
    }
}

impl Vpc {
    /// Takes away the blocks that are there and not wanted, then adds those that are missing.
    async fn update_blocks(&self, cx: &Cx, id: &str) -> aws::Result<()> {
        let Some(vpc) = describe(cx, id).await? else { return Ok(()) };
        let there = secondary(&vpc);
        let (kept, surplus): (Vec<_>, Vec<_>) =
            there.into_iter().partition(|(net, _)| self.secondary_cidrs.contains(net));
        let ipv6 = ipv6(&vpc);
        let surplus = surplus.into_iter().map(|(_, association)| association);
        let surplus6 = ipv6.filter(|_| !self.ipv6).and_then(|block| block.association_id.clone());
        for association in surplus.chain(surplus6) {
            let call = cx.ec2().disassociate_vpc_cidr_block().association_id(association);
            found(call.send().await.map_err(Error::from))?;
        }
        for net in self.secondary_cidrs.iter().filter(|net| !kept.iter().any(|(there, _)| there == *net)) {
            cx.ec2().associate_vpc_cidr_block().vpc_id(id).cidr_block(net.to_string()).send().await?;
        }
        if self.ipv6 && ipv6.is_none() {
            cx.ec2().associate_vpc_cidr_block().vpc_id(id).amazon_provided_ipv6_cidr_block(true).send().await?;
        }
        Ok(())
    }
}

fn flag(value: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(value).build()
}

pub(super) async fn describe(cx: &Cx, id: &str) -> aws::Result<Option<Description>> {
    let answer = cx.ec2().describe_vpcs().vpc_ids(id).send().await.map_err(Error::from);
    Ok(found(answer)?.and_then(|answer| answer.vpcs?.pop()))
}

/// Its IPv6 block, which has not been taken away.
pub(super) fn ipv6_block(vpc: &Description) -> Option<&str> {
    ipv6(vpc)?.ipv6_cidr_block.as_deref()
}

async fn live(cx: &Cx, vpc: Description) -> aws::Result<Option<Live<Vpc>>> {
    let id = vpc.vpc_id.clone().ok_or_else(|| Error::unreadable("the VPC's id"))?;
    let attribute = |name| attribute(cx, &id, name);
    let attributes = try_join3(
        attribute(VpcAttributeName::EnableDnsSupport),
        attribute(VpcAttributeName::EnableDnsHostnames),
        attribute(VpcAttributeName::EnableNetworkAddressUsageMetrics),
    );
    let (Some(dns_support), Some(dns_hostnames), Some(address_usage_metrics)) = attributes.await? else {
        return Ok(None);
    };
    let cidr = vpc.cidr_block.as_deref().unwrap_or_default();
    let spec = Vpc {
        cidr: Fixed(cidr.parse().map_err(|_| Error::unreadable("the VPC's block"))?),
        secondary_cidrs: secondary(&vpc).into_iter().map(|(net, _)| net).collect(),
        ipv6: ipv6_block(&vpc).is_some(),
        dns_support,
        dns_hostnames,
        address_usage_metrics,
        tenancy: match vpc.instance_tenancy {
            Some(AwsTenancy::Dedicated) => Tenancy::Dedicated,
            _ => Tenancy::Default,
        },
    };
    let (status, undone) = (status(&vpc), undone(&vpc));
    let arn = cx.arn("ec2", format_args!("vpc/{id}"));
    let ipv6 = ipv6_block(&vpc).map(str::to_owned);
    let live = Live::new(&id, spec).output("arn", arn).tagged(cx, tags::pairs(vpc.tags)).status(status).undone(undone);
    Ok(Some(match ipv6 {
        Some(block) => live.output("ipv6_cidr", block),
        None => live,
    }))
}

/// An attribute of the VPC; `None` when the VPC is gone.
async fn attribute(cx: &Cx, id: &str, name: VpcAttributeName) -> aws::Result<Option<bool>> {
    let call = cx.ec2().describe_vpc_attribute().vpc_id(id).attribute(name);
    let Some(answer) = found(call.send().await.map_err(Error::from))? else { return Ok(None) };
    let given = answer.enable_dns_support.or(answer.enable_dns_hostnames);
    let given = given.or(answer.enable_network_address_usage_metrics);
    given.and_then(|given| given.value).map(Some).ok_or_else(|| Error::unreadable("the VPC's attribute"))
}

fn status(vpc: &Description) -> Status {
    if vpc.state == Some(VpcState::Pending) {
        return Status::Pending("pending".into());
    }
    let moving = associations(vpc).find_map(|(_, _, state)| match state.state.as_ref()? {
        VpcCidrBlockStateCode::Associated | VpcCidrBlockStateCode::Disassociated | VpcCidrBlockStateCode::Failed => {
            None
        }
        moving => Some(moving.as_str().to_owned()),
    });
    moving.map_or(Status::Ready, |state| Status::Pending(format!("{state} a block")))
}

/// Which blocks AWS began to add and gave up on, and why. The VPC itself is not the worse for it.
fn undone(vpc: &Description) -> Option<String> {
    let failed = associations(vpc).filter(|(_, _, state)| state.state == Some(VpcCidrBlockStateCode::Failed));
    let reasons = failed.map(|(association, block, state)| {
        let reason = state.status_message.as_deref().unwrap_or("AWS gave no reason");
        format!("the block {} ({}) failed: {reason}", block.unwrap_or("of IPv6"), association.unwrap_or_default())
    });
    reasons.reduce(|all, next| format!("{all}; {next}"))
}

/// Every association of a block: its id, the block and its state.
fn associations(vpc: &Description) -> impl Iterator<Item = (Option<&str>, Option<&str>, &VpcCidrBlockState)> {
    let four = vpc.cidr_block_association_set.iter().flatten();
    let four = four.filter_map(|it| Some((it.association_id(), it.cidr_block(), it.cidr_block_state()?)));
    let six = vpc.ipv6_cidr_block_association_set.iter().flatten();
    four.chain(six.filter_map(|it| Some((it.association_id(), it.ipv6_cidr_block(), it.ipv6_cidr_block_state()?))))
}

/// The IPv4 blocks beside the first, with their associations.
fn secondary(vpc: &Description) -> Vec<(Cidr, String)> {
    let blocks = vpc.cidr_block_association_set.iter().flatten().filter(|block| holds(state4(block)));
    let blocks = blocks.filter(|block| block.cidr_block != vpc.cidr_block);
    blocks.filter_map(|block| Some((block.cidr_block.as_ref()?.parse().ok()?, block.association_id.clone()?))).collect()
}

fn ipv6(vpc: &Description) -> Option<&VpcIpv6CidrBlockAssociation> {
    vpc.ipv6_cidr_block_association_set.iter().flatten().find(|block| holds(state6(block)))
}

fn state4(block: &VpcCidrBlockAssociation) -> Option<&VpcCidrBlockStateCode> {
    block.cidr_block_state.as_ref()?.state.as_ref()
}

fn state6(block: &VpcIpv6CidrBlockAssociation) -> Option<&VpcCidrBlockStateCode> {
    block.ipv6_cidr_block_state.as_ref()?.state.as_ref()
}

fn holds(state: Option<&VpcCidrBlockStateCode>) -> bool {
    matches!(state, Some(VpcCidrBlockStateCode::Associated | VpcCidrBlockStateCode::Associating))
}
