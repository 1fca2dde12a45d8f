//! `ec2/nat-gateway`: a NAT gateway, public or private (AWS.md §1.5).

use super::elastic_ip::ElasticIp;
use super::subnet::Subnet;
use super::tags;
use super::token::token;
use crate::aws::{self, Class, Cx, Error, Tagging, found};
use crate::resource::{
    Actions, Auto, Changes, Fixed, Initial, Kind, Live, Named, Needs, Ref, Retry, Set, Status, Typical,
};
use aws_sdk_ec2::types::{
    ConnectivityType, NatGateway as Description, NatGatewayAddress, NatGatewayAddressStatus, NatGatewayState,
    ResourceType,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A NAT gateway: the way out for what has no public address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NatGateway {
    /// The subnet it stands in; of a public one, a subnet with a route to an internet gateway.
    pub subnet: Fixed<Ref<Subnet>>,
    /// Its public address; none makes a private gateway, which only reaches other networks.
    #[serde(default)]
    pub elastic_ip: Fixed<Option<Ref<ElasticIp>>>,
    /// Further public addresses, for more connections to one destination; at most 7.
    #[serde(default)]
    pub secondary_elastic_ips: Set<Ref<ElasticIp>>,
    /// Its address inside the subnet.
    #[serde(default)]
    pub private_ip: Fixed<Auto<String>>,
    /// What must be there first: the attached internet gateway, without which a public one fails.
    #[serde(default)]
    pub needs: Needs,
}

crate::attribute!(
    /// The public address; of a public gateway only.
    pub PublicIp = "public_ip"
);
crate::attribute!(
    /// The address inside the subnet.
    pub PrivateIp = "private_ip"
);

impl Named for NatGateway {
    const NAME: &'static str = "ec2/nat-gateway";
}

/// How many failed gateways of one spec are stepped over within the day that AWS knows their tokens.
const DEAD: usize = 20;

/// What was made just now is not known everywhere.
const fn unknown_yet(code: &'static str) -> Retry {
    Retry { code, message: "", during: Duration::from_secs(60) }
}

impl Kind for NatGateway {
    const OUTPUTS: &'static [&'static str] = &["arn", "public_ip", "private_ip"];
    const TAGGING: Tagging = Tagging::Ec2;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeNatGateways"],
        create: &["ec2:CreateNatGateway", "ec2:CreateTags"],
        update: &[
            "ec2:AssociateNatGatewayAddress",
            "ec2:DisassociateNatGatewayAddress",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &["ec2:DeleteNatGateway"],
        dependent: &[],
    };
    const TYPICAL: Typical = Typical::seconds(120, 30, 60);
    const RETRY: &'static [Retry] =
        &[unknown_yet("InvalidSubnetID.NotFound"), unknown_yet("InvalidAllocationID.NotFound")];

    // Old and new mostly share an address, be it the public one, a secondary one or the private one.
    fn claim(&self) -> Option<String> {
        Some("its addresses".into())
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let mut pages = cx.ec2().describe_nat_gateways().filter(tags::ours(cx)).into_paginator().send();
        let mut all = vec![];
        while let Some(page) = pages.next().await {
            all.extend(page?.nat_gateways.unwrap_or_default());
        }
        all.into_iter().filter(is_there).map(|gateway| live(cx, gateway)).collect()
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let gateway = describe(cx, id).await?.filter(is_there);
        gateway.map(|gateway| live(cx, gateway)).transpose()
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let like = [tags::filter("subnet-id", [self.subnet.value()]), tags::filter("state", ["pending", "available"])];
        let mut pages = cx.ec2().describe_nat_gateways().set_filter(Some(like.into())).into_paginator().send();
        let mut ids = vec![];
        while let Some(page) = pages.next().await {
            ids.extend(page?.nat_gateways.unwrap_or_default().into_iter().filter_map(|one| one.nat_gateway_id));
        }
        Ok(ids)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        // A token brings back the gateway it made, even one that failed or was deleted since: then
        // the next token follows from that gateway, so that every run goes the same way.
        let mut salt = String::new();
        for _ in 0..DEAD {
            let call =
                cx.ec2().create_nat_gateway().subnet_id(self.subnet.value()).client_token(token(cx, self, &salt));
            let call = call.set_private_ip_address(self.private_ip.0.0.clone());
            let call = call.tag_specifications(tags::specification(cx, ResourceType::Natgateway));
            let call = match &*self.elastic_ip {
                Some(address) => call.connectivity_type(ConnectivityType::Public).allocation_id(address.value()),
                None => call.connectivity_type(ConnectivityType::Private),
            };
            let gateway = call.send().await?.nat_gateway.ok_or_else(|| Error::unreadable("the NAT gateway"))?;
            let dead = !matches!(gateway.state, Some(NatGatewayState::Pending | NatGatewayState::Available));
            let id = gateway.nat_gateway_id.ok_or_else(|| Error::unreadable("the NAT gateway's id"))?;
            if !dead {
                return Ok(id);
            }
            salt = id;
        }
        let message = format!("it was made {DEAD} times within the day and each time failed or was deleted");
        Err(Error::new("Failed", message, Class::Other))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, _changes: &Changes) -> aws::Result<()> {
        let Some(gateway) = describe(cx, &live.id).await? else { return Ok(()) };
        let (mut there, mut surplus) = (vec![], vec![]);
        for address in secondary(&gateway) {
            let allocation = address.allocation_id.as_deref().unwrap_or_default();
            if self.secondary_elastic_ips.iter().any(|wanted| wanted.value() == allocation) {
                there.push(allocation);
            } else {
                surplus.extend(address.association_id.clone());
            }
        }
        if !surplus.is_empty() {
            let call = cx.ec2().disassociate_nat_gateway_address().nat_gateway_id(&live.id);
            call.set_association_ids(Some(surplus)).send().await?;
        }
        let missing = self.secondary_elastic_ips.iter().map(Ref::value).filter(|wanted| !there.contains(wanted));
        let missing: Vec<String> = missing.map(str::to_owned).collect();
        if !missing.is_empty() {
            let call = cx.ec2().associate_nat_gateway_address().nat_gateway_id(&live.id);
            call.set_allocation_ids(Some(missing)).send().await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let answer = cx.ec2().delete_nat_gateway().nat_gateway_id(&live.id).send().await.map_err(Error::from);
        found(answer).map(drop)
    }
}

async fn describe(cx: &Cx, id: &str) -> aws::Result<Option<Description>> {
    let answer = cx.ec2().describe_nat_gateways().nat_gateway_ids(id).send().await.map_err(Error::from);
    Ok(found(answer)?.and_then(|answer| answer.nat_gateways?.pop()))
}

/// A deleted gateway is listed for an hour more.
fn is_there(gateway: &Description) -> bool {
    gateway.state != Some(NatGatewayState::Deleted)
}

/// The public addresses beside the first that it has or is getting.
fn secondary(gateway: &Description) -> impl Iterator<Item = &NatGatewayAddress> {
    gateway.nat_gateway_addresses.iter().flatten().filter(|address| {
        use NatGatewayAddressStatus::{Disassociating, Failed, Unassigning};
        let going = matches!(address.status, Some(Disassociating | Failed | Unassigning));
        address.is_primary == Some(false) && address.allocation_id.is_some() && !going
    })
}

fn live(cx: &Cx, gateway: Description) -> aws::Result<Live<NatGateway>> {
    let id = gateway.nat_gateway_id.as_deref().ok_or_else(|| Error::unreadable("the NAT gateway's id"))?;
    let public = gateway.connectivity_type != Some(ConnectivityType::Private);
    let addresses = gateway.nat_gateway_addresses.as_deref().unwrap_or_default();
    let primary = addresses.iter().find(|address| address.is_primary != Some(false));
    let allocation = primary.and_then(|address| address.allocation_id.clone()).filter(|_| public);
    let spec = NatGateway {
        subnet: Fixed(Ref::existing(gateway.subnet_id.as_deref().unwrap_or_default())),
        elastic_ip: Fixed(allocation.map(Ref::existing)),
        secondary_elastic_ips: secondary(&gateway)
            .filter_map(|it| it.allocation_id.clone())
            .map(Ref::existing)
            .collect(),
        private_ip: Fixed(Auto(primary.and_then(|address| address.private_ip.clone()))),
        needs: Initial::default(),
    };
    let arn = cx.arn("ec2", format_args!("natgateway/{id}"));
    let mut live = Live::new(id, spec).output("arn", arn).status(status(&gateway)).undone(undone(&gateway));
    if let Some(address) = primary.and_then(|address| address.public_ip.clone()) {
        live = live.output("public_ip", address);
    }
    if let Some(address) = primary.and_then(|address| address.private_ip.clone()) {
        live = live.output("private_ip", address);
    }
    Ok(live.tagged(cx, tags::pairs(gateway.tags)))
}

/// Which further addresses AWS began to add and gave up on, and why. The gateway goes on with those it has.
fn undone(gateway: &Description) -> Option<String> {
    let failed = gateway.nat_gateway_addresses.iter().flatten();
    let failed = failed.filter(|address| address.status == Some(NatGatewayAddressStatus::Failed));
    let reasons = failed.map(|address| {
        let (allocation, association) = (address.allocation_id().unwrap_or_default(), address.association_id());
        let reason = address.failure_message().unwrap_or("AWS gave no reason");
        format!("the address {allocation} ({}) failed: {reason}", association.unwrap_or_default())
    });
    reasons.reduce(|all, next| format!("{all}; {next}"))
}

fn status(gateway: &Description) -> Status {
    match &gateway.state {
        Some(NatGatewayState::Available) => {}
        Some(NatGatewayState::Deleting) => return Status::Deleting,
        Some(NatGatewayState::Failed) => {
            let message = gateway.failure_message.as_deref().unwrap_or("AWS gave no reason");
            let code = gateway.failure_code.as_deref().unwrap_or("no code");
            return Status::Failed(format!("{message} ({code})"));
        }
        state => return Status::Pending(state.as_ref().map_or("pending", NatGatewayState::as_str).to_owned()),
    }
    let mut states = gateway.nat_gateway_addresses.iter().flatten().filter_map(|address| address.status.as_ref());
    let moving =
        states.find(|state| !matches!(state, NatGatewayAddressStatus::Succeeded | NatGatewayAddressStatus::Failed));
    moving.map_or(Status::Ready, |state| Status::Pending(format!("{} an address", state.as_str())))
}
