//! The attributes of VPCs: DescribeVpcAttribute and ModifyVpcAttribute, each for one at a time.

use super::refusals;
use super::resource::{find, find_mut};
use super::vpcs::Vpc;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::wire::Xml;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("DescribeVpcAttribute", describe_vpc_attribute),
    Operation::write("ModifyVpcAttribute", modify_vpc_attribute),
];

/// An attribute: its name in the input and where it is kept.
type Attribute = (&'static str, fn(&mut Vpc) -> &mut bool);

const ATTRIBUTES: &[Attribute] = &[
    ("EnableDnsSupport", |vpc| &mut vpc.dns_support),
    ("EnableDnsHostnames", |vpc| &mut vpc.dns_hostnames),
    ("EnableNetworkAddressUsageMetrics", |vpc| &mut vpc.address_metrics),
];

fn describe_vpc_attribute(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("VpcId")?;
    let name: String = params.required("Attribute")?;
    refusals::done(&params)?;
    let vpc = find::<Vpc>(account, &id, call.now)?;
    let value = match name.as_str() {
        "enableDnsSupport" => vpc.dns_support,
        "enableDnsHostnames" => vpc.dns_hostnames,
        "enableNetworkAddressUsageMetrics" => vpc.address_metrics,
        _ => return Err(params.invalid("attribute", &name)),
    };
    Ok(Answer::xml(Xml::new().text("vpcId", &id).element(&name, Xml::new().text("value", value))))
}

fn modify_vpc_attribute(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("VpcId")?;
    let mut given = Vec::new();
    for (name, place) in ATTRIBUTES {
        if let Some(value) = params.optional::<bool>(&format!("{name}.Value"))? {
            given.push((place, value));
        }
    }
    refusals::done(&params)?;
    let vpc = find_mut::<Vpc>(account, &id, call.now)?;
    match given.as_slice() {
        [] => Err(refusals::missing("EnableDnsSupport")),
        [(place, value)] => {
            *place(vpc) = *value;
            Ok(refusals::yes())
        }
        _ => Err(refusals::combination("Only one attribute may be modified at a time.")),
    }
}
