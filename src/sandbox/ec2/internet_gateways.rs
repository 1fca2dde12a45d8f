//! Internet gateways. A VPC has at most one.

use super::filters::Field;
use super::resource::{Listed, Resource, describe, find, find_mut};
use super::vpcs::Vpc;
use super::{State, addresses, refusals, tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::wire::Xml;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateInternetGateway", create_internet_gateway),
    Operation::read("DescribeInternetGateways", describe::<InternetGateway>),
    Operation::write("AttachInternetGateway", attach_internet_gateway),
    Operation::write("DetachInternetGateway", detach_internet_gateway),
    Operation::write("DeleteInternetGateway", delete_internet_gateway),
];

/// An internet gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InternetGateway {
    /// `igw-0..`
    pub id: String,
    /// The VPC it is attached to.
    pub vpc: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

/// The internet gateway of a VPC.
pub(super) fn of_vpc<'a>(account: &'a Account, vpc: &str) -> Option<&'a InternetGateway> {
    account.ec2.internet_gateways.values().find(|gateway| gateway.vpc.as_deref() == Some(vpc))
}

impl Resource for InternetGateway {
    const TYPE: &'static str = "internet-gateway";
    const PREFIX: &'static str = "igw-";
    const CALLED: &'static str = "internetGateway ID";
    const ABSENT: &'static str = "InvalidInternetGatewayID.NotFound";
    const MALFORMED: &'static str = "InvalidInternetGatewayId.Malformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.internet_gateways
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.internet_gateways
    }
    fn tags(&self) -> &Tags {
        &self.tags
    }
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

/// What an attachment is for internet gateways, although the API model says `attached` (AWS.md §1.3).
const ATTACHED: &str = "available";

impl Listed for InternetGateway {
    const IDS: &'static str = "InternetGatewayId";
    const SET: &'static str = "internetGatewaySet";
    const FIELDS: &'static [Field<Self>] = &[
        ("attachment.state", |gateway, _, _| gateway.vpc.iter().map(|_| ATTACHED.into()).collect()),
        ("attachment.vpc-id", |gateway, _, _| gateway.vpc.iter().cloned().collect()),
        ("internet-gateway-id", |gateway, _, _| vec![gateway.id.clone()]),
        ("owner-id", |_, account, _| vec![account.id.clone()]),
    ];

    fn show(&self, account: &Account, _now: u64) -> Xml {
        let attachments = self.vpc.iter().map(|vpc| Xml::new().text("vpcId", vpc).text("state", ATTACHED));
        Xml::new()
            .text("internetGatewayId", &self.id)
            .text("ownerId", &account.id)
            .list("attachmentSet", "item", attachments)
            .append(tags::show(&self.tags))
    }
}

fn create_internet_gateway(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let tags = tags::specified(&params, InternetGateway::TYPE)?;
    refusals::done(&params)?;
    // As many as VPCs: asking for more of those gives more of these.
    if account.ec2.internet_gateways.len() >= account.ec2.quotas.vpcs {
        return Err(refusals::limit("InternetGatewayLimitExceeded", "internet gateways"));
    }
    let gateway = InternetGateway { id: account.ids.ec2("igw"), vpc: None, tags };
    let shown = gateway.show(account, call.now);
    account.ec2.internet_gateways.insert(gateway.id.clone(), gateway);
    Ok(Answer::xml(Xml::new().element("internetGateway", shown)))
}

fn attach_internet_gateway(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let (id, vpc): (String, String) = (params.required("InternetGatewayId")?, params.required("VpcId")?);
    refusals::done(&params)?;
    find::<Vpc>(account, &vpc, call.now)?;
    let taken = |message: String| Fault::new(400, "Resource.AlreadyAssociated", message);
    if let Some(other) = &find::<InternetGateway>(account, &id, call.now)?.vpc {
        return Err(taken(format!("resource {id} is already attached to network {other}")));
    }
    if of_vpc(account, &vpc).is_some() {
        return Err(taken(format!("Network {vpc} already has an internet gateway attached")));
    }
    find_mut::<InternetGateway>(account, &id, call.now)?.vpc = Some(vpc);
    Ok(refusals::yes())
}

fn detach_internet_gateway(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let (id, vpc): (String, String) = (params.required("InternetGatewayId")?, params.required("VpcId")?);
    refusals::done(&params)?;
    find::<Vpc>(account, &vpc, call.now)?;
    if find::<InternetGateway>(account, &id, call.now)?.vpc.as_ref() != Some(&vpc) {
        let message = format!("resource {id} is not attached to network {vpc}");
        return Err(Fault::new(400, "Gateway.NotAttached", message));
    }
    if addresses::mapped(account, &vpc, call.now) {
        return Err(refusals::dependency(format!(
            "Network {vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
        )));
    }
    find_mut::<InternetGateway>(account, &id, call.now)?.vpc = None;
    Ok(refusals::yes())
}

fn delete_internet_gateway(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("InternetGatewayId")?;
    refusals::done(&params)?;
    if find::<InternetGateway>(account, &id, call.now)?.vpc.is_some() {
        return Err(refusals::in_use("internetGateway", &id));
    }
    account.ec2.internet_gateways.remove(&id);
    Ok(refusals::yes())
}
