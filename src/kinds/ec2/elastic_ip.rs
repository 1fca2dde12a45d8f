//! `ec2/elastic-ip`: an Elastic IP address, alone or on an instance (AWS.md §1.4).

use super::instance::Instance;
use super::tags;
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::resource::{Actions, Auto, Changes, Fixed, Initial, Kind, Live, Named, Ref, Retry};
use aws_sdk_ec2::types::{Address, DomainType, ResourceType};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// An Elastic IP address: a public IPv4 address that stays the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElasticIp {
    /// The instance that has it; none while it is free or a NAT gateway's.
    #[serde(default)]
    pub instance: Option<Ref<Instance>>,
    /// Where it is announced from, such as `us-east-1-bos-1`; left out, the region.
    #[serde(default)]
    pub border_group: Fixed<Auto<String>>,
    /// The address itself, of a pool of one's own or one that was released a short time ago; left out, any.
    #[serde(default)]
    pub address: Fixed<Auto<String>>,
    /// The pool it comes from, `ipv4pool-ec2-…`; left out, Amazon's.
    #[serde(default)]
    pub pool: Fixed<Auto<String>>,
    /// The IPAM pool it comes from, `ipam-pool-…`. EC2 does not tell it afterwards.
    #[serde(default)]
    pub ipam_pool: Initial<Option<String>>,
}

crate::attribute!(
    /// The address itself.
    pub PublicIp = "public_ip"
);
crate::attribute!(
    /// The association with an instance or a NAT gateway, `eipassoc-…`, while there is one.
    pub Association = "association"
);

impl Named for ElasticIp {
    const NAME: &'static str = "ec2/elastic-ip";
}

impl Kind for ElasticIp {
    const OUTPUTS: &'static [&'static str] = &["arn", "public_ip", "association"];
    const VOLATILE: &'static [&'static str] = &["association"];
    const TAGGING: Tagging = Tagging::Ec2;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeAddresses"],
        create: &["ec2:AllocateAddress", "ec2:CreateTags"],
        update: &["ec2:AssociateAddress", "ec2:DisassociateAddress", "ec2:CreateTags", "ec2:DeleteTags"],
        delete: &["ec2:DisassociateAddress", "ec2:ReleaseAddress"],
        dependent: &[],
    };
    const RETRY: &'static [Retry] = &[
        // An instance that is starting, in a VPC whose internet gateway is being attached.
        Retry { code: "InvalidInstanceID", message: "not in a valid state", during: Duration::from_secs(120) },
        Retry { code: "InvalidInstanceID.NotFound", message: "", during: Duration::from_secs(60) },
        Retry { code: "Gateway.NotAttached", message: "", during: Duration::from_secs(300) },
        // A NAT gateway that is going still holds it.
        Retry { code: "AuthFailure", message: "permission to access the specified resource", during: HELD },
    ];

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let answer = cx.ec2().describe_addresses().filters(tags::ours(cx)).send().await?;
        answer.addresses.unwrap_or_default().into_iter().map(|address| live(cx, address)).collect()
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let answer = cx.ec2().describe_addresses().allocation_ids(id).send().await.map_err(Error::from);
        let address = found(answer)?.and_then(|answer| answer.addresses?.pop());
        address.map(|address| live(cx, address)).transpose()
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let like = self.instance.iter().map(|instance| tags::filter("instance-id", [instance.value()]));
        let call = cx.ec2().describe_addresses().set_filters(Some(like.collect()));
        let addresses = call.send().await?.addresses.unwrap_or_default();
        // One that is on no instance is a NAT gateway's.
        let like =
            |one: &Address| self.instance.is_some() || (one.instance_id.is_none() && one.association_id.is_some());
        Ok(addresses.into_iter().filter(like).filter_map(|address| address.allocation_id).collect())
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = cx.ec2().allocate_address().domain(DomainType::Vpc);
        let call = call.set_network_border_group(self.border_group.0.0.clone()).set_address(self.address.0.0.clone());
        let call = call.set_public_ipv4_pool(self.pool.0.0.clone()).set_ipam_pool_id(self.ipam_pool.0.clone());
        let call = call.tag_specifications(tags::specification(cx, ResourceType::ElasticIp));
        let answer = call.send().await?;
        answer.allocation_id.ok_or_else(|| Error::unreadable("the allocation's id"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, _changes: &Changes) -> aws::Result<()> {
        let Some(instance) = &self.instance else { return disassociate(cx, live).await };
        let call = cx.ec2().associate_address().allocation_id(&live.id).instance_id(instance.value());
        call.allow_reassociation(true).send().await?;
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        // A NAT gateway's association goes with the gateway and by no other way.
        if live.spec.instance.is_some() {
            disassociate(cx, live).await?;
        }
        let call = cx.ec2().release_address().allocation_id(&live.id);
        let call = call.set_network_border_group(live.spec.border_group.0.0.clone());
        found(call.send().await.map_err(Error::from)).map(drop)
    }
}

const HELD: Duration = Duration::from_secs(300);

async fn disassociate(cx: &Cx, live: &Live<ElasticIp>) -> aws::Result<()> {
    let Some(association) = live.outputs.get("association") else { return Ok(()) };
    let call = cx.ec2().disassociate_address().association_id(association);
    found(call.send().await.map_err(Error::from)).map(drop)
}

fn live(cx: &Cx, address: Address) -> aws::Result<Live<ElasticIp>> {
    let id = address.allocation_id.ok_or_else(|| Error::unreadable("the allocation's id"))?;
    let instance = address.instance_id.filter(|instance| !instance.is_empty());
    let spec = ElasticIp {
        instance: instance.map(Ref::existing),
        border_group: Fixed(Auto(address.network_border_group)),
        address: Fixed(Auto(address.public_ip.clone())),
        pool: Fixed(Auto(address.public_ipv4_pool)),
        ipam_pool: Initial(None),
    };
    let arn = cx.arn("ec2", format_args!("elastic-ip/{id}"));
    let live = Live::new(id, spec).output("arn", arn).output("public_ip", address.public_ip.unwrap_or_default());
    let live = live.tagged(cx, tags::pairs(address.tags));
    Ok(match address.association_id {
        Some(association) => live.output("association", association),
        None => live,
    })
}
