//! `ec2/subnet`: a subnet (AWS.md §1.2).

use super::blockers;
use super::cidr::Cidr;
use super::tags;
use super::vpc::{self, Vpc};
use crate::aws::{self, Class, Cx, Error, Tagging, found};
use crate::resource::{Actions, Auto, Changes, Fixed, Kind, Live, Named, Ref, Retry, Status, Typical};
use aws_sdk_ec2::operation::modify_subnet_attribute::builders::ModifySubnetAttributeFluentBuilder;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, HostnameType as AwsHostnameType, ResourceType, Subnet as Description,
    SubnetCidrBlockStateCode, SubnetIpv6CidrBlockAssociation, SubnetState,
};
use ipnet::Ipv6Net;
use serde::{Deserialize, Serialize};
use std::net::Ipv6Addr;
use std::time::Duration;

/// A subnet: a part of a VPC's addresses in one availability zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// The VPC.
    pub vpc: Fixed<Ref<Vpc>>,
    /// Its IPv4 block, from /16 to /28, inside of a block of the VPC; AWS keeps the first four
    /// addresses and the last one for itself.
    pub cidr: Fixed<Cidr>,
    /// The availability zone, such as `us-east-1a`; left out, AWS chooses.
    #[serde(default)]
    pub zone: Fixed<Auto<String>>,
    /// Which /64 of the VPC's IPv6 block it has, counted from 0; none for a subnet without IPv6.
    #[serde(default)]
    pub ipv6: Option<u8>,
    /// Whether instances launched here get a public IPv4 address.
    #[serde(default)]
    pub map_public_ips: bool,
    /// Whether network interfaces created here get an IPv6 address; needs `ipv6`.
    #[serde(default)]
    pub assign_ipv6: bool,
    /// Whether the resolver makes IPv6 addresses for names that have IPv4 addresses only.
    #[serde(default)]
    pub dns64: bool,
    /// How the private names of instances launched here are made.
    #[serde(default)]
    pub hostname_type: HostnameType,
    /// Whether a name after the instance's id resolves to its IPv4 address.
    #[serde(default)]
    pub resource_name_a_record: bool,
    /// Whether a name after the instance's id resolves to its IPv6 address; needs `ipv6`.
    #[serde(default)]
    pub resource_name_aaaa_record: bool,
}

/// How the private names of instances are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostnameType {
    /// After the private IPv4 address.
    #[default]
    IpName,
    /// After the instance's id.
    ResourceName,
}

crate::attribute!(
    /// The availability zone.
    pub Zone = "zone"
);

impl Named for Subnet {
    const NAME: &'static str = "ec2/subnet";
}

impl Kind for Subnet {
    const OUTPUTS: &'static [&'static str] = &["arn", "zone"];
    const TAGGING: Tagging = Tagging::Ec2;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeSubnets"],
        create: &["ec2:CreateSubnet", "ec2:CreateTags"],
        update: &[
            "ec2:DescribeVpcs",
            "ec2:ModifySubnetAttribute",
            "ec2:AssociateSubnetCidrBlock",
            "ec2:DisassociateSubnetCidrBlock",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &["ec2:DeleteSubnet", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"],
        dependent: &[],
    };
    const TYPICAL: Typical = Typical::seconds(5, 5, 5);
    // A VPC that was made just now is not known everywhere.
    const RETRY: &'static [Retry] =
        &[Retry { code: "InvalidVpcID.NotFound", message: "", during: Duration::from_secs(60) }];

    // No two subnets of a VPC overlap; those that do mostly begin with the same address. Numbers of
    // IPv6 blocks can be the same without that.
    fn claim(&self) -> Option<String> {
        Some(match self.ipv6 {
            Some(_) => self.vpc.value().into(),
            None => format!("{} {}", *self.vpc, self.cidr.block().network()),
        })
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let mut pages = cx.ec2().describe_subnets().filters(tags::ours(cx)).into_paginator().send();
        let mut all = vec![];
        while let Some(page) = pages.next().await {
            all.extend(page?.subnets.unwrap_or_default());
        }
        all.into_iter().map(|subnet| live(cx, subnet)).collect()
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        describe(cx, id).await?.map(|subnet| live(cx, subnet)).transpose()
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let like = [tags::filter("vpc-id", [self.vpc.value()]), tags::filter("cidr-block", [self.cidr.to_string()])];
        let mut pages = cx.ec2().describe_subnets().set_filters(Some(like.into())).into_paginator().send();
        let mut ids = vec![];
        while let Some(page) = pages.next().await {
            ids.extend(page?.subnets.unwrap_or_default().into_iter().filter_map(|one| one.subnet_id));
        }
        Ok(ids)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = cx.ec2().create_subnet().vpc_id(self.vpc.value()).cidr_block(self.cidr.to_string());
        let call = call.set_availability_zone(self.zone.0.0.clone());
        let call = call.tag_specifications(tags::specification(cx, ResourceType::Subnet));
        let subnet = call.send().await?.subnet;
        subnet.and_then(|subnet| subnet.subnet_id).ok_or_else(|| Error::unreadable("the subnet's id"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        if changes.touch("ipv6") {
            return self.update_ipv6(cx, live).await;
        }
        // One attribute a call.
        let call = || cx.ec2().modify_subnet_attribute().subnet_id(&live.id);
        let hostnames = match self.hostname_type {
            HostnameType::IpName => AwsHostnameType::IpName,
            HostnameType::ResourceName => AwsHostnameType::ResourceName,
        };
        let changed: Vec<ModifySubnetAttributeFluentBuilder> = [
            ("map_public_ips", call().map_public_ip_on_launch(flag(self.map_public_ips))),
            ("assign_ipv6", call().assign_ipv6_address_on_creation(flag(self.assign_ipv6))),
            ("dns64", call().enable_dns64(flag(self.dns64))),
            ("hostname_type", call().private_dns_hostname_type_on_launch(hostnames)),
            (
                "resource_name_a_record",
                call().enable_resource_name_dns_a_record_on_launch(flag(self.resource_name_a_record)),
            ),
            (
                "resource_name_aaaa_record",
                call().enable_resource_name_dns_aaaa_record_on_launch(flag(self.resource_name_aaaa_record)),
            ),
        ]
        .into_iter()
        .filter_map(|(field, call)| changes.touch(field).then_some(call))
        .collect();
        for call in changed {
            call.send().await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        match found(cx.ec2().delete_subnet().subnet_id(&live.id).send().await.map_err(Error::from)) {
            Err(error) if error.class == Class::Dependency => {
                Err(blockers::clear(cx, "subnet-id", &live.id, error).await?)
            }
            other => other.map(drop),
        }
    }
}

impl Subnet {
    /// Takes the IPv6 block away, with what needs it first, or adds one.
    async fn update_ipv6(&self, cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let ec2 = cx.ec2();
        if live.spec.ipv6.is_some() {
            let call = || ec2.modify_subnet_attribute().subnet_id(&live.id);
            if live.spec.assign_ipv6 {
                call().assign_ipv6_address_on_creation(flag(false)).send().await?;
            }
            if live.spec.resource_name_aaaa_record {
                call().enable_resource_name_dns_aaaa_record_on_launch(flag(false)).send().await?;
            }
            let there = describe(cx, &live.id).await?;
            let association = there.as_ref().and_then(|subnet| ipv6(subnet)?.association_id.clone());
            if let Some(association) = association {
                let call = ec2.disassociate_subnet_cidr_block().association_id(association);
                found(call.send().await.map_err(Error::from))?;
            }
        } else if let Some(number) = self.ipv6 {
            let vpc = vpc::describe(cx, self.vpc.value()).await?;
            let whole = vpc.as_ref().and_then(vpc::ipv6_block).and_then(|block| block.parse::<Ipv6Net>().ok());
            let Some(whole) = whole else {
                let message = format!("{} has no IPv6 block yet; set `ipv6` of the VPC", *self.vpc);
                return Err(Error::new("NoIpv6Block", message, Class::Dependency));
            };
            let block = numbered(whole, number);
            ec2.associate_subnet_cidr_block().subnet_id(&live.id).ipv6_cidr_block(block.to_string()).send().await?;
        }
        Ok(())
    }
}

/// The /64 of this number in a /56.
fn numbered(whole: Ipv6Net, number: u8) -> Ipv6Net {
    let mut octets = whole.network().octets();
    octets[7] |= number;
    Ipv6Net::new_assert(Ipv6Addr::from(octets), 64)
}

fn flag(value: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(value).build()
}

async fn describe(cx: &Cx, id: &str) -> aws::Result<Option<Description>> {
    let answer = cx.ec2().describe_subnets().subnet_ids(id).send().await.map_err(Error::from);
    Ok(found(answer)?.and_then(|answer| answer.subnets?.pop()))
}

fn live(cx: &Cx, subnet: Description) -> aws::Result<Live<Subnet>> {
    let id = subnet.subnet_id.as_deref().ok_or_else(|| Error::unreadable("the subnet's id"))?;
    let cidr = subnet.cidr_block.as_deref().unwrap_or_default();
    let block = ipv6(&subnet).and_then(|block| block.ipv6_cidr_block.as_ref()?.parse::<Ipv6Net>().ok());
    let names = subnet.private_dns_name_options_on_launch.as_ref();
    let spec = Subnet {
        vpc: Fixed(Ref::existing(subnet.vpc_id.as_deref().unwrap_or_default())),
        cidr: Fixed(cidr.parse().map_err(|_| Error::unreadable("the subnet's block"))?),
        zone: Fixed(Auto(subnet.availability_zone.clone())),
        ipv6: block.map(|block| block.network().octets()[7]),
        map_public_ips: subnet.map_public_ip_on_launch.unwrap_or_default(),
        assign_ipv6: subnet.assign_ipv6_address_on_creation.unwrap_or_default(),
        dns64: subnet.enable_dns64.unwrap_or_default(),
        hostname_type: match names.and_then(|names| names.hostname_type.as_ref()) {
            Some(AwsHostnameType::ResourceName) => HostnameType::ResourceName,
            _ => HostnameType::IpName,
        },
        resource_name_a_record: names.and_then(|names| names.enable_resource_name_dns_a_record).unwrap_or_default(),
        resource_name_aaaa_record: names
            .and_then(|names| names.enable_resource_name_dns_aaaa_record)
            .unwrap_or_default(),
    };
    let arn = subnet.subnet_arn.clone().unwrap_or_else(|| cx.arn("ec2", format_args!("subnet/{id}")));
    let live = Live::new(id, spec).output("arn", arn).status(status(&subnet)).undone(undone(&subnet));
    let live = live.output("zone", subnet.availability_zone.unwrap_or_default());
    Ok(live.tagged(cx, tags::pairs(subnet.tags)))
}

fn status(subnet: &Description) -> Status {
    match &subnet.state {
        Some(SubnetState::Pending) => return Status::Pending("pending".into()),
        Some(state @ (SubnetState::Failed | SubnetState::FailedInsufficientCapacity)) => {
            return Status::Failed(format!("the subnet is {}", state.as_str()));
        }
        _ => {}
    }
    let mut states = subnet.ipv6_cidr_block_association_set.iter().flatten().filter_map(state);
    let moving = states.find(|state| {
        use SubnetCidrBlockStateCode::{Associated, Disassociated, Failed};
        !matches!(state, Associated | Disassociated | Failed)
    });
    moving.map_or(Status::Ready, |state| Status::Pending(format!("{} a block", state.as_str())))
}

/// Which block AWS began to add and gave up on, and why. The subnet itself is not the worse for it.
fn undone(subnet: &Description) -> Option<String> {
    let mut blocks = subnet.ipv6_cidr_block_association_set.iter().flatten();
    let failed = blocks.find(|block| state(block) == Some(&SubnetCidrBlockStateCode::Failed))?;
    let (association, block) = (failed.association_id().unwrap_or_default(), failed.ipv6_cidr_block());
    let reason = failed.ipv6_cidr_block_state().and_then(|state| state.status_message());
    let reason = reason.unwrap_or("AWS gave no reason");
    Some(format!("the block {} ({association}) failed: {reason}", block.unwrap_or_default()))
}

/// Its IPv6 block, unless that has been taken away.
fn ipv6(subnet: &Description) -> Option<&SubnetIpv6CidrBlockAssociation> {
    subnet.ipv6_cidr_block_association_set.iter().flatten().find(|block| {
        matches!(state(block), Some(SubnetCidrBlockStateCode::Associated | SubnetCidrBlockStateCode::Associating))
    })
}

fn state(block: &SubnetIpv6CidrBlockAssociation) -> Option<&SubnetCidrBlockStateCode> {
    block.ipv6_cidr_block_state.as_ref()?.state.as_ref()
}
